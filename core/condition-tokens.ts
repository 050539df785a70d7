/** One word of a condition. `at` is the 0-based position in the text. */
export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'operator' | 'open' | 'close' | 'comma' | 'end' | 'bad'
  /** Names as written (keywords too), texts unescaped, numbers as written. */
  readonly value: string
  readonly at: number
}

const pattern =
  /\s*(?:(?<name>[A-Za-z_][A-Za-z0-9_]*)|"(?<quoted>(?:[^"]|"")+)"|(?<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)(?![A-Za-z0-9_.])|'(?<text>(?:[^']|'')*)'|(?<operator><=|>=|<>|!=|==|=|<|>)|(?<open>\()|(?<close>\))|(?<comma>,))/y

/** Splits a condition into words; ends with one `end` token, or stops at the first `bad` one. */
export function conditionTokens(text: string): readonly Token[] {
  const tokens: Token[] = []
  const matcher = new RegExp(pattern)
  let at = 0
  for (;;) {
    matcher.lastIndex = at
    const match = matcher.exec(text)
    if (match === null) break
    const groups = match.groups as Record<string, string | undefined>
    const kind = (['name', 'number', 'text', 'operator', 'open', 'close', 'comma'] as const).find(
      (name) => groups[name] !== undefined,
    )
    const start = at + match[0].length - match[0].trimStart().length
    tokens.push(
      kind === undefined
        ? { kind: 'name', value: groups['quoted']!.replaceAll('""', '"'), at: start }
        : { kind, value: kind === 'text' ? groups['text']!.replaceAll("''", "'") : groups[kind]!, at: start },
    )
    at = matcher.lastIndex
  }
  const rest = text.slice(at)
  const position = at + rest.length - rest.trimStart().length
  const isEnd = rest.trim() === ''
  tokens.push({ kind: isEnd ? 'end' : 'bad', value: isEnd ? '' : rest.trim().slice(0, 1), at: position })
  return tokens
}
