import { catalogue } from './catalogue.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { overview } from './overview.ts'
import { createTerminal } from './terminal.ts'

/** Runs `ebb ARGV` and returns the exit code. Loads only the command that is called. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const isJson = argv.includes('--json')
  const { env, stdout, stderr } = process
  const terminal = createTerminal({ stdout, stderr, env, isJson })
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `ebb runs | head -1`: nobody reads any more.
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  const name = argv.find((word) => !word.startsWith('-'))
  const rest = name === undefined ? argv : argv.toSpliced(argv.indexOf(name), 1)
  if (name === undefined && (argv.includes('--version') || argv.includes('-V'))) {
    const { productVersion } = await import('./product-version.ts')
    terminal.data(productVersion())
    return 0
  }
  const isHelp = argv.includes('--help') || argv.includes('-h')
  if (name === undefined && (isHelp || argv.length === 0)) {
    terminal.data(overview(terminal.paint.stdout))
    return argv.length === 0 ? 2 : 0
  }
  if (name === 'help') return help(rest.find((word) => !word.startsWith('-')))
  const entry = catalogue.find((one) => one.name === name)
  if (entry === undefined) return unknownCommand(name ?? argv[0] ?? '')
  const { runCommand, printHelp } = await import('./run-command.ts')
  return isHelp ? printHelp(entry, terminal) : runCommand(entry, rest, terminal)

  async function help(of: string | undefined): Promise<number> {
    const asked: CatalogueEntry | undefined = catalogue.find((one) => one.name === of)
    if (of !== undefined && asked === undefined) return unknownCommand(of)
    if (asked === undefined) terminal.data(overview(terminal.paint.stdout))
    else await (await import('./run-command.ts')).printHelp(asked, terminal)
    return 0
  }

  async function unknownCommand(typed: string): Promise<number> {
    const { reportUnknownCommand } = await import('./run-command.ts')
    return reportUnknownCommand(typed, terminal)
  }
}
