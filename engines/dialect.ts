/** How one SQL engine spells things. Pure text, few members, no optional ones: a new engine must answer every one. */
export interface Dialect {
  readonly name: 'duckdb' | 'spark'
}
