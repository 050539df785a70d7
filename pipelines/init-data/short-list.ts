/** `a, b, c, d, … (7)`: at most four names. */
export const shortList = (types: readonly string[]): string =>
  types.length <= 4 ? types.join(', ') : `${types.slice(0, 4).join(', ')}, … (${types.length})`
