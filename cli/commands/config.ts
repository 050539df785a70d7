import { stringify } from 'yaml'
import type { LoadedConfig } from '../../configs/load.ts'
import { jsonText } from '../../core/json.ts'
import type { Command } from '../command.ts'
import { configOptions, configPositional, readConfig } from '../config-options.ts'

export const command: Command = {
  usage: 'config <config>',
  positionals: configPositional,
  options: {
    ...configOptions,
    origin: { type: 'boolean', default: false, describe: 'Beside every value, where it came from' },
  },
  examples: [
    ['ebb config configs/quickstart.yaml', 'The whole config, defaults included, as YAML'],
    ['ebb config shop.yaml --profile dev --origin', 'Which file, profile or default each value is from'],
  ],
  notes: 'Values from the environment are shown as ***.',
  async run(args, context) {
    const { loaded } = await readConfig(args, context)
    const { terminal } = context
    if (terminal.isJson) terminal.data(jsonText(asJson(loaded)).trimEnd())
    else if (args['origin'] === true) terminal.data(withOrigins(loaded).join('\n'))
    else terminal.data(stringify(loaded.resolved, { lineWidth: 100 }).trimEnd())
  },
}

function asJson(loaded: LoadedConfig): object {
  const origin = Object.fromEntries([...loaded.origin].map(([path, { text }]) => [path, text]))
  const { file, hash, resolved, overrides } = loaded
  return { schemaVersion: 1, file, hash: hash.full, overrides, config: resolved, origin }
}

/** `path = value  # origin`, the origins one under the other. */
function withOrigins(loaded: LoadedConfig): string[] {
  const rows = [...loaded.origin].map(([path, origin]) => {
    const value = path.split('.').reduce<unknown>(step, loaded.resolved)
    return { said: `${path} = ${JSON.stringify(value)}`, from: origin.text }
  })
  const width = Math.min(48, Math.max(0, ...rows.map((row) => row.said.length)))
  return rows.map((row) => `${row.said.padEnd(width)}  # ${row.from}`)
}

function step(value: unknown, key: string): unknown {
  return (value as Record<string, unknown> | undefined)?.[key]
}
