/** One word of an expression. `at` is the 0-based position in the text. */
export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'sign' | 'end'
  /** Names in small letters, texts unescaped, numbers and signs as written. */
  readonly value: string
  readonly at: number
}

const pattern =
  /(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)(?![A-Za-z0-9_.])|'(?<text>(?:[^']|'')*)'|(?<sign><=|>=|<>|!=|[-+*/=<>(),])/y
const blank = /[ \t\r\n]*/y

/** The words of the text and an `end`; or the 0-based position of the first character that belongs to no word. */
export function rowSqlTokens(text: string): readonly Token[] | { readonly badAt: number } {
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    blank.lastIndex = at
    at += blank.exec(text)![0].length
    if (at === text.length) return [...tokens, { kind: 'end', value: '', at }]
    pattern.lastIndex = at
    const match = pattern.exec(text)
    // `--` and `/*` would be two signs; no expression needs the first, none can mean the second.
    if (match === null || /^(--|\/\*|\*\/)/.test(text.slice(at, at + 2))) return { badAt: at }
    const { name, number, text: quoted, sign } = match.groups as Record<string, string | undefined>
    if (name !== undefined) tokens.push({ kind: 'name', value: name.toLowerCase(), at })
    else if (number !== undefined) tokens.push({ kind: 'number', value: number, at })
    else if (quoted !== undefined) tokens.push({ kind: 'text', value: quoted.replaceAll("''", "'"), at })
    else tokens.push({ kind: 'sign', value: sign === '!=' ? '<>' : sign!, at })
    at = pattern.lastIndex
  }
}
