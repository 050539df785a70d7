import type { Options } from 'yargs'

/** Where the runs are: the same for every command that reads or writes them. */
export const runsOption: Readonly<Record<string, Options>> = {
  runs: { type: 'string', default: 'runs', requiresArg: true, describe: 'Folder of the runs' },
}

export const runPositional = 'Run id, the unique beginning of one, @latest or @best:METRIC'
