/** What a dialect must know to write a model; an engine's dialect has all of it. */
export interface SqlWords {
  /** A column or table as it stands in a query. */
  identifier(name: string): string
  /** A text literal. */
  text(value: string): string
  cast(expression: string, type: 'double' | 'text'): string
  /** All columns but these. */
  starExcept(columns: readonly string[]): string
}

/** A double as every dialect reads it: without an exponent it would be a decimal. */
export function doubleSql(sql: SqlWords, value: number): string {
  if (!Number.isFinite(value)) return sql.cast(sql.text(String(value)), 'double')
  const digits = String(value)
  return digits.includes('e') ? digits : `${digits}e0`
}
