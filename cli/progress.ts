import type { Emit, ProgressEvent } from '../core/stage.ts'
import { formatCount, formatDuration } from './format.ts'
import type { Terminal } from './terminal.ts'

export interface Progress {
  readonly emit: Emit
  /** Clears the live line; call it before anything else is written, and at the end. */
  stop(): void
}

/** Milliseconds since some start; only differences count. */
export type Clock = () => number

const redrawMs = 100
/** Without a live line, a stage that goes on says so once in so many milliseconds. */
const plainEveryMs = 15_000
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/**
 * Shows stages as they go: a line for each that is done; on a terminal also a live line with a bar, elsewhere now and
 * then a plain line. Silent with --json.
 */
export function createProgress(terminal: Terminal, clock: Clock): Progress {
  if (terminal.isJson) return { emit: () => undefined, stop: () => undefined }
  return terminal.isLive ? liveProgress(terminal, clock) : plainProgress(terminal, clock)
}

function plainProgress(terminal: Terminal, clock: Clock): Progress {
  const began = clock()
  let lastSaid = began
  return {
    emit(event) {
      const line = permanentLine(event, terminal)
      const now = clock()
      if (line !== null) terminal.note(line)
      else if (event.message !== 'start' && now - lastSaid >= plainEveryMs)
        terminal.note(`  ${event.name}${shareOf(event)}, ${formatDuration(now - began)} so far`)
      else return
      lastSaid = now
    },
    stop: () => undefined,
  }
}

function liveProgress(terminal: Terminal, clock: Clock): Progress {
  // Several models may be fitted at a time: each keeps its own beginning, the line shows who spoke last.
  const since = new Map<string, number>()
  let current: ProgressEvent | null = null
  let frame = 0
  const clear = (): void => terminal.raw('\r\u001B[K')
  const draw = (): void => {
    if (current === null) return
    frame += 1
    const elapsedMs = clock() - (since.get(current.name) ?? clock())
    terminal.raw(`\r\u001B[K${liveLine(current, { elapsedMs, frame }, terminal)}`)
  }
  const timer = setInterval(draw, redrawMs)
  timer.unref()
  return {
    emit(event) {
      const line = permanentLine(event, terminal)
      if (line !== null) {
        clear()
        terminal.note(line)
      }
      if (event.message === 'done') {
        // What ran inside a stage ends with it.
        for (const name of since.keys()) if (`${name}/`.startsWith(`${event.name}/`)) since.delete(name)
        current = null
      } else if (event.isWarning !== true) {
        if (!since.has(event.name)) since.set(event.name, clock())
        current = event
      }
    },
    stop() {
      clearInterval(timer)
      clear()
      current = null
    },
  }
}

/** What stays on the screen: a finished stage, or something that a stage has to say. */
function permanentLine(event: ProgressEvent, terminal: Terminal): string | null {
  const { name, message, rows } = event
  const paint = terminal.paint.stderr
  if (message === undefined || message === 'start') return null
  if (event.isWarning === true) return `${paint.yellow('!')} ${name}: ${message}`
  if (message !== 'done') return null
  const ms = event.fields?.['ms']
  const duration = typeof ms === 'number' ? formatDuration(ms) : ''
  const counted = rows === undefined ? '' : `${formatCount(rows)} rows`
  return `${paint.green('✓')} ${name.padEnd(24)} ${duration.padStart(10)}  ${paint.dim(counted)}`.trimEnd()
}

function liveLine(event: ProgressEvent, at: { elapsedMs: number; frame: number }, terminal: Terminal): string {
  const paint = terminal.paint.stderr
  const mark = spinner[at.frame % spinner.length]!
  const elapsed = formatDuration(Math.floor(at.elapsedMs / 100) * 100)
  const counts = countsOf(event)
  const barWidth = Math.min(24, terminal.columns - 24 - elapsed.length - counts.length - 8)
  const bar = event.total !== undefined && event.total > 0 && barWidth >= 6 ? barOf(event, barWidth) : ''
  const parts = [event.name.slice(0, 24).padEnd(24), bar, counts, elapsed].filter((part) => part !== '')
  return `${paint.cyan(mark)} ${parts.join(' ').slice(0, terminal.columns - 3)}`
}

function barOf({ done = 0, total = 1 }: ProgressEvent, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, done / total)) * width)
  return '█'.repeat(filled) + '░'.repeat(width - filled)
}

function countsOf({ done, total, rows }: ProgressEvent): string {
  if (done !== undefined && total !== undefined) return `${formatCount(done)}/${formatCount(total)}`
  return rows === undefined ? '' : `${formatCount(rows)} rows`
}

function shareOf({ done, total }: ProgressEvent): string {
  return done === undefined || total === undefined || total === 0 ? '' : ` ${Math.floor((100 * done) / total)} %`
}
