import type { Options } from 'yargs'
import { loadConfig } from '../configs/load.ts'
import type { LoadedConfig } from '../configs/load.ts'
import { parseDay } from '../core/day.ts'
import type { Day } from '../core/day.ts'
import type { Arguments, CommandContext } from './command.ts'

/** What every command that reads a config understands. */
export const configOptions: Readonly<Record<string, Options>> = {
  set: {
    alias: 's',
    type: 'string',
    array: true,
    requiresArg: true,
    default: [],
    defaultDescription: 'nothing',
    describe: 'Set one value: -s models.boosted.trees=200; may be repeated',
  },
  profile: { type: 'string', requiresArg: true, describe: 'Merge this profile of the config over it' },
  'as-of': {
    type: 'string',
    requiresArg: true,
    describe: 'The day at which we pretend to stand, YYYY-MM-DD; nothing at or after it is known',
  },
}

export const configPositional = { config: 'The YAML file of the experiment' } as const

export interface ReadConfig {
  readonly loaded: LoadedConfig
  /** From --as-of; null = the end of the data. */
  readonly asOf: Day | null
}

/** Loads the config that the arguments name, with their overrides. */
export async function readConfig(args: Arguments, context: CommandContext): Promise<ReadConfig> {
  const asOfText = args['as-of'] as string | undefined
  const asOf = asOfText === undefined ? null : parseDay(asOfText, '--as-of')
  const loaded = await loadConfig({
    path: args['config'] as string,
    profile: (args['profile'] as string | undefined) ?? null,
    set: args['set'] as readonly string[],
    env: context.env,
    asOf,
  })
  return { loaded, asOf }
}
