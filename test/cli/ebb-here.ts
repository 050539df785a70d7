import { catalogue } from '../../cli/catalogue.ts'
import { runCommand } from '../../cli/run-command.ts'
import { fakeTerminal } from './fake-terminal.ts'

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command in this process and keeps what it writes: faster than a process of its own. */
export async function ebbHere(name: string, ...argv: readonly string[]): Promise<Finished> {
  const fake = fakeTerminal({ isJson: argv.includes('--json') })
  const entry = catalogue.find((one) => one.name === name)!
  const code = await runCommand(entry, argv, fake.terminal)
  return { code, stdout: fake.stdout(), stderr: fake.stderr() }
}
