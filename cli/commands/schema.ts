import { configJsonSchema } from '../../configs/json-schema.ts'
import { configKeys } from '../../configs/key-list.ts'
import type { ConfigKey } from '../../configs/key-list.ts'
import { jsonText } from '../../core/json.ts'
import type { Command } from '../command.ts'

/** Column at which descriptions begin. */
const descriptionColumn = 44

export const command: Command = {
  usage: 'schema',
  positionals: {},
  options: { keys: { type: 'boolean', default: false, describe: 'Every key with default and meaning, for reading' } },
  examples: [
    ['ebb schema > ebb.schema.json', 'For "# yaml-language-server: $schema=ebb.schema.json" at the top of a config'],
    ['ebb schema --keys | less', 'What can be written, where, and what stands if nothing is'],
  ],
  async run(args, { terminal }) {
    if (args['keys'] !== true) terminal.data(jsonText(configJsonSchema()).trimEnd())
    else if (terminal.isJson) terminal.data(JSON.stringify({ schemaVersion: 1, keys: configKeys() }))
    else terminal.data(configKeys().map(asLine).join('\n'))
  },
}

/** `  horizonDays*            Length of the prediction window`; `*` = no default, must be written. */
function asLine({ depth, key, isRequired, default: value, description }: ConfigKey): string {
  const said = `${'  '.repeat(depth)}${key}${isRequired ? '*' : ''}${value === null ? '' : ` = ${value}`}`
  return `${said.padEnd(descriptionColumn)} ${description}`.trimEnd()
}
