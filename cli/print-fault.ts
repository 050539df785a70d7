import { readFileSync } from 'node:fs'
import { EbbError, EbbFaults } from '../core/errors.ts'
import type { FaultDetails } from '../core/errors.ts'
import { exitCodeOf } from '../core/exit-code.ts'
import { maskPasswords } from '../core/mask-passwords.ts'
import type { Paint, Terminal } from './terminal.ts'

export interface FaultReport {
  readonly exitCode: number
  /** For stderr, without a newline at the end. */
  readonly text: string
}

/** One line per fault, in a file with its position and the line of the file; `--json`: one document. Never a stack, unless asked for. */
export function reportFault(error: unknown, terminal: Terminal, isVerbose: boolean): FaultReport {
  const faults =
    error instanceof EbbFaults ? error.faults : error instanceof EbbError ? [error] : [internalFault(error)]
  const exitCode = exitCodeOf(faults.map((fault) => fault.kind))
  if (terminal.isJson) return { exitCode, text: JSON.stringify(faultsAsJson(faults)) }
  const paint = terminal.paint.stderr
  const blocks = faults.map((fault) =>
    [`${placeOf(fault, paint)}${fault.message}`, ...excerpt(fault.details)].join('\n'),
  )
  if (faults.length > 1)
    blocks.push(paint.dim(`${faults.length} faults; ebb explain CODE tells more: ${codes(faults)}`))
  if (isVerbose) blocks.push(stackOf(error))
  return { exitCode, text: blocks.join('\n') }
}

/** `churn.yaml:9:7  `, or who speaks; nothing when the message begins with it already. Faults of data say their line themselves. */
function placeOf({ details, message, kind }: EbbError, paint: Paint): string {
  const { file, line, column } = details
  if (kind === 'config' && file !== undefined && line !== undefined)
    return `${paint.bold(`${file}:${line}:${column ?? 1}`)}  `
  return message.startsWith('ebb ') ? '' : `${paint.red('ebb:')} `
}

/** What stands on stderr with --json: the first fault's own keys, and all of them in `faults`. */
export function faultsAsJson(faults: readonly EbbError[]): object {
  const asJson = (fault: EbbError) => {
    const { code, file, line, column, hint } = fault.details
    return {
      code,
      message: fault.message,
      file: file ?? null,
      line: line ?? null,
      column: column ?? null,
      hint: hint ?? null,
    }
  }
  return { ...asJson(faults[0]!), faults: faults.map(asJson) }
}

/** `  9 |       learning_rte: 0.05` of a config; nothing when it cannot be read. Data files may be of any size. */
function excerpt({ kind, file, line }: FaultDetails): string[] {
  if (kind !== 'config' || file === undefined || line === undefined) return []
  try {
    const text = readFileSync(file, 'utf8').split(/\r?\n/)[line - 1]
    return text === undefined || text.trim() === '' ? [] : [`  ${line} | ${maskPasswords(text).slice(0, 160)}`]
  } catch {
    return []
  }
}

function internalFault(error: unknown): EbbError {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const [firstLine] = message.split('\n')
  return new EbbError({
    code: 'INTERNAL',
    kind: 'stage',
    where: 'internal error',
    what: firstLine ?? 'unknown',
    hint: 'this is a fault of ebb, not of your config; --verbose shows where it happened',
    cause: error,
  })
}

function codes(faults: readonly EbbError[]): string {
  return [...new Set(faults.map((fault) => fault.code))].join(', ')
}

function stackOf(error: unknown): string {
  const lines: string[] = []
  for (let current: unknown = error; current instanceof Error; current = current.cause)
    lines.push(current.stack ?? current.message)
  return lines.join('\ncaused by ')
}
