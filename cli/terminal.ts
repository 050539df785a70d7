/** Where a command writes: data to stdout, everything else to stderr. */
export interface Terminal {
  /** One JSON document instead of text for people. */
  readonly isJson: boolean
  /** stderr is a terminal on which lines may be rewritten. */
  readonly isLive: boolean
  /** Columns of the terminal; 80 where there is none. */
  readonly columns: number
  /** The same for what goes to stdout; Infinity in a pipe or file, where nothing is cut or wrapped. */
  readonly dataColumns: number
  /** To stdout, with a newline. */
  data(text: string): void
  /** To stderr, with a newline; nothing with --json unless `always`. */
  note(text: string): void
  /** To stderr as it is: for the live line. */
  raw(text: string): void
  /** Colours for stdout and for stderr; the identity where there are none. */
  readonly paint: { readonly stdout: Paint; readonly stderr: Paint }
}

export interface Paint {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

export interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface TerminalOptions {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isJson: boolean
}

/** Colours and live lines only on a terminal, and not with NO_COLOR, CI or TERM=dumb. */
export function createTerminal({ stdout, stderr, env, isJson }: TerminalOptions): Terminal {
  const isPlain = Boolean(env['CI']) || env['TERM'] === 'dumb'
  const isColoured = (stream: Stream): boolean => stream.isTTY === true && !isPlain && !env['NO_COLOR']
  const columns = Math.max(40, stderr.columns ?? stdout.columns ?? 80)
  return {
    isJson,
    isLive: stderr.isTTY === true && !isPlain && !isJson,
    columns,
    dataColumns: stdout.isTTY === true ? columns : Number.POSITIVE_INFINITY,
    data: (text) => void stdout.write(`${text}\n`),
    note: (text) => {
      if (!isJson) stderr.write(`${text}\n`)
    },
    raw: (text) => void stderr.write(text),
    paint: { stdout: paintFor(isColoured(stdout) && !isJson), stderr: paintFor(isColoured(stderr)) },
  }
}

function paintFor(isColoured: boolean): Paint {
  const style = (open: number, close: number) => (text: string) =>
    isColoured ? `\u001B[${open}m${text}\u001B[${close}m` : text
  return {
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
    cyan: style(36, 39),
  }
}
