import type { Options } from 'yargs'

/** What every command understands. */
export const globalOptions: Readonly<Record<string, Options>> = {
  json: { type: 'boolean', default: false, describe: 'One JSON document on stdout; errors as JSON on stderr' },
  verbose: { type: 'boolean', default: false, describe: 'Where an error happened, with all its causes' },
  help: { alias: 'h', type: 'boolean', default: false, describe: 'This text' },
}
