/** Some rows on their way through the trees; arrays by feature, empty for features that no tree splits on. */
export interface Block {
  readonly rowCount: number
  /** Bins by feature and row. */
  readonly bins: readonly Uint8Array[]
  /** Contributions so far by feature and row. */
  readonly phi: readonly Float64Array[]
}
