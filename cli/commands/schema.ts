import { configJsonSchema } from '../../configs/json-schema.ts'
import { jsonText } from '../../core/json.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  usage: 'schema',
  positionals: {},
  options: {},
  examples: [
    ['ebb schema > ebb.schema.json', 'For "# yaml-language-server: $schema=ebb.schema.json" at the top of a config'],
  ],
  async run(_args, { terminal }) {
    terminal.data(jsonText(configJsonSchema()).trimEnd())
  },
}
