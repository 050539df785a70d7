import type { Options } from 'yargs'
import type { Terminal } from './terminal.ts'

/** What a command may know of the world. Only `cli/` makes one. */
export interface CommandContext {
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  readonly now: Date
  /** As it was typed, for run.json. */
  readonly commandLine: string
  readonly isVerbose: boolean
}

export type Arguments = Readonly<Record<string, unknown>>

/** One `ebb` command as data; `commands/` has a file for each. */
export interface Command {
  /** Name and positionals in yargs' notation, e.g. `run <config>`. */
  readonly usage: string
  /** Positional name -> what it is. */
  readonly positionals: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, Options>>
  /** Command line -> what it does; the first is the plainest. */
  readonly examples: readonly (readonly [string, string])[]
  /** What the summary leaves out, for `--help`. */
  readonly notes?: string
  /** Returns the exit code when it is not 0. Throws an EbbError. */
  run(args: Arguments, context: CommandContext): Promise<number | void>
}
