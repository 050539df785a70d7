import { didYouMean } from '../core/did-you-mean.ts'
import { EbbError } from '../core/errors.ts'
import { helpText, parseArguments } from './arguments.ts'
import { catalogue } from './catalogue.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { reportFault } from './print-fault.ts'
import { watchSignals } from './signals.ts'
import type { Terminal } from './terminal.ts'

/** Runs one command; every error ends here, as a line and an exit code. */
export async function runCommand(entry: CatalogueEntry, argv: readonly string[], terminal: Terminal): Promise<number> {
  const watch = watchSignals(process, terminal.note)
  const isVerbose = argv.includes('--verbose') || Boolean(process.env['EBB_DEBUG'])
  try {
    const { command } = await entry.load()
    const args = await parseArguments(command, argv)
    const commandLine = ['ebb', entry.name, ...argv].join(' ')
    const code = await command.run(args, {
      terminal,
      env: process.env,
      signal: watch.signal,
      now: new Date(),
      commandLine,
      isVerbose,
    })
    return code ?? 0
  } catch (error) {
    const stopped = isInterruption(error) ? watch.exitCode() : null
    const report = reportFault(stopped === null ? error : interruptionOf(error), terminal, isVerbose)
    terminal.raw(`${report.text}\n`)
    return stopped ?? report.exitCode
  } finally {
    watch.stop()
  }
}

export async function printHelp(entry: CatalogueEntry, terminal: Terminal): Promise<number> {
  const { command } = await entry.load()
  terminal.data(`ebb ${entry.name}: ${entry.summary}\n\n${await helpText(command, terminal.columns)}`)
  return 0
}

export function reportUnknownCommand(typed: string, terminal: Terminal): number {
  const meant = didYouMean(
    typed,
    catalogue.map((entry) => entry.name),
  )
  const hint = meant === null ? 'ebb help lists the commands' : `did you mean "ebb ${meant}"?`
  const what = typed.startsWith('-') ? 'no command given' : 'there is no such command'
  const fault = new EbbError({ code: 'USAGE', kind: 'usage', where: `ebb ${typed}`, what, hint })
  const { text, exitCode } = reportFault(fault, terminal, false)
  terminal.raw(`${text}\n`)
  return exitCode
}

function isInterruption(error: unknown): boolean {
  if (error instanceof EbbError) return error.kind === 'interrupted' || isInterruption(error.cause)
  return error instanceof Error && error.name === 'AbortError'
}

function interruptionOf(error: unknown): EbbError {
  if (error instanceof EbbError && error.kind === 'interrupted') return error
  return new EbbError({
    code: 'INTERRUPTED',
    kind: 'interrupted',
    where: 'ebb',
    what: 'stopped; nothing was published',
    cause: error,
  })
}
