/** What a column of a file holds, as far as reading it goes. */
export type ColumnKind = 'integer' | 'float' | 'decimal' | 'text' | 'instant' | 'wallClock' | 'day' | 'other'

const kinds: readonly { readonly pattern: RegExp; readonly kind: ColumnKind }[] = [
  { pattern: /\[|^(STRUCT|MAP|UNION)/, kind: 'other' },
  { pattern: /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/, kind: 'integer' },
  { pattern: /^DECIMAL\(\d+,0\)$/, kind: 'integer' },
  { pattern: /^DECIMAL/, kind: 'decimal' },
  { pattern: /^(FLOAT|DOUBLE)$/, kind: 'float' },
  { pattern: /^(VARCHAR|UUID|ENUM.*)$/, kind: 'text' },
  { pattern: /^TIMESTAMP WITH TIME ZONE$/, kind: 'instant' },
  { pattern: /^TIMESTAMP(_S|_MS|_NS)?$/, kind: 'wallClock' },
  { pattern: /^DATE$/, kind: 'day' },
]

/** `type` in the words of DuckDB. */
export function columnKind(type: string): ColumnKind {
  return kinds.find(({ pattern }) => pattern.test(type))?.kind ?? 'other'
}

export const isNumeric = (kind: ColumnKind): boolean => kind === 'integer' || kind === 'decimal' || kind === 'float'
