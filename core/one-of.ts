/** What is expected where one of some names has to stand, for a fault: `a`, or `one of a, b, c`. At least one name. */
export const oneOf = (names: readonly string[]): string =>
  names.length === 1 ? names[0]! : `one of ${names.join(', ')}`
