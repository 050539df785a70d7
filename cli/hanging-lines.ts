import type { Terminal } from './terminal.ts'
import { wrapWords } from './wrap-words.ts'

/** To stdout: `mark`, which shows as many characters as `indent` less one, then the words, wrapped behind the indent. */
export function hangingLines(
  terminal: Terminal,
  text: string,
  { mark, indent }: { mark: string; indent: number },
): void {
  const [first = '', ...more] = wrapWords(text, terminal.dataColumns - indent)
  terminal.data(mark === '' ? first : `${mark} ${first}`)
  for (const line of more) terminal.data(' '.repeat(indent) + line)
}
