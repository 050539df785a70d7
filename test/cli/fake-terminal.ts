import { createTerminal } from '../../cli/terminal.ts'
import type { Terminal } from '../../cli/terminal.ts'

export interface FakeTerminal {
  readonly terminal: Terminal
  stdout(): string
  stderr(): string
}

/** A terminal that keeps what is written; a TTY of 80 columns when asked for. */
export function fakeTerminal(
  options: { isTty?: boolean; isJson?: boolean; env?: Readonly<Record<string, string>>; columns?: number } = {},
): FakeTerminal {
  const { isTty = false, isJson = false, env = {}, columns = 80 } = options
  const written = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: isTty,
    ...(isTty ? { columns } : {}),
    write: (text: string) => {
      written[name] += text
    },
  })
  const terminal = createTerminal({ stdout: stream('stdout'), stderr: stream('stderr'), env, isJson })
  return { terminal, stdout: () => written.stdout, stderr: () => written.stderr }
}
