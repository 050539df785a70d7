import { EbbError, type FaultKind } from '../../core/errors.ts'

type Words = Pick<EbbError['details'], 'code' | 'kind' | 'where' | 'what'> &
  Partial<Pick<EbbError['details'], 'hint' | 'file' | 'line' | 'expected' | 'received'>>

const builtIn = 'Ebb reads Parquet, CSV and JSON from local disks; other formats and s3:// need a conversion first'

/** First match wins. `file` is the first group, where there is one. */
const patterns: readonly { pattern: RegExp; code: string; kind: FaultKind; what?: string; hint?: string }[] = [
  {
    pattern: /failed to offload data block/,
    code: 'DISK_FULL',
    kind: 'temporary',
    what: 'no room left for spilling to disk',
    hint: 'free disk space, or raise engine.memoryLimit or engine.tempLimit',
  },
  {
    pattern: /No space left on device|Disk quota exceeded/i,
    code: 'DISK_FULL',
    kind: 'temporary',
    what: 'no space left on the disk',
    hint: 'free disk space and run again',
  },
  { pattern: /^Missing Extension|exists in the \w+ extension/, code: 'ENGINE_EXTENSION', kind: 'data', hint: builtIn },
  {
    pattern: /No files found that match the pattern "([^"]+)"/,
    code: 'INPUT_MISSING',
    kind: 'data',
    what: 'no such file',
  },
  {
    pattern: /File '([^']+)' too small to be a Parquet file/,
    code: 'INPUT_UNREADABLE',
    kind: 'data',
    what: 'not a Parquet file: it is empty or too small',
  },
  {
    pattern: /No magic bytes found at end of file '([^']+)'/,
    code: 'INPUT_UNREADABLE',
    kind: 'data',
    what: 'not a whole Parquet file: its end is missing',
    hint: 'was it cut off while it was copied?',
  },
  { pattern: /Input is not a GZIP stream: (\S+)/, code: 'INPUT_UNREADABLE', kind: 'data', what: 'not a gzip file' },
  {
    pattern: /^(?:Out of Memory|OutOfMemory)/i,
    code: 'ENGINE_MEMORY',
    kind: 'stage',
    hint: 'raise engine.memoryLimit',
  },
  {
    pattern: /Too many open files|Resource temporarily unavailable|Input\/output error/i,
    code: 'IO_TEMPORARY',
    kind: 'temporary',
  },
  { pattern: /Could not set lock on file/, code: 'IO_TEMPORARY', kind: 'temporary' },
  { pattern: /^Binder Error: Referenced column/, code: 'COLUMN_MISSING', kind: 'data' },
  { pattern: /^Conversion Error|^Out of Range Error/, code: 'VALUE_UNREADABLE', kind: 'data' },
  { pattern: /^IO Error|^Permission|^Invalid Input Error|^HTTP Error/, code: 'INPUT_UNREADABLE', kind: 'data' },
]

/** True when DuckDB stopped because `interrupt()` was called. */
export const isInterrupt = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('INTERRUPT Error')

/** The error of a query that was cancelled. */
export function interruptedFault(cause?: unknown): EbbError {
  return new EbbError({
    code: 'INTERRUPTED',
    kind: 'interrupted',
    where: 'engine duckdb',
    what: 'stopped on request',
    cause,
  })
}

/** DuckDB's message as one line for people: no SQL, no caret, no list of reader options. */
export function duckDbFault(error: unknown): EbbError {
  if (error instanceof EbbError) return error
  if (isInterrupt(error)) return interruptedFault(error)
  const message = (error instanceof Error ? error.message : String(error)).replace(
    /^Failed to extract statements: /,
    '',
  )
  return new EbbError({ ...(csvWords(message) ?? words(message)), cause: error })
}

function words(message: string): Words {
  const line = firstLine(message)
  for (const { pattern, code, kind, what, hint } of patterns) {
    const match = pattern.exec(message)
    if (match === null) continue
    const file = (match[1] ?? quotedPath(message))?.replace(/\.partial$/, '')
    return { code, kind, where: file ?? 'engine duckdb', what: what ?? line, hint, file }
  }
  return { code: 'ENGINE_FAILED', kind: 'stage', where: 'engine duckdb', what: line }
}

/** CSV errors come as a page; what counts is file, line, column and value. */
function csvWords(message: string): Words | undefined {
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1]
  const file = /^\s*file = (.+)$/m.exec(message)?.[1]
  if (line === undefined || file === undefined) return undefined
  const lines = message.split('\n').map((text) => text.trim())
  const reason = lines.find((text) =>
    /^(Error when converting|Expected Number of Columns|Value with|Invalid unicode|Maximum line)/.test(text),
  )
  return {
    code: 'VALUE_UNREADABLE',
    kind: 'data',
    where: `${file}:${line}`,
    what: (reason ?? lines[2] ?? 'the line cannot be read').replace(/\.$/, ''),
    file,
    line: Number(line),
  }
}

/** Everything before DuckDB's blank line, without the class of the error, joined to one line. */
function firstLine(message: string): string {
  const head = message.split(/\n\s*\n|\nLINE \d+:/)[0]!
  return head
    .replace(/^[A-Z][\w ]*? Error: /i, '')
    .replace(/\s*\n\s*/g, '; ')
    .replace(/[.!]$/, '')
    .slice(0, 400)
}

function quotedPath(message: string): string | undefined {
  return /["']((?:[^"'\n]*\/)[^"'\n]*)["']/.exec(message)?.[1]
}
