/** Ids that differ only in how they are written: case, white space, leading zeros, `.0` of a number read as a fraction. */
export interface WrittenTwice {
  /** Groups of at least two indices of users, ascending. */
  readonly groups: readonly (readonly number[])[]
}

/** Groups users whose ids are probably one person's: rows of one would train what rows of the other test. */
export function idsWrittenTwice(userIds: readonly string[]): WrittenTwice {
  const byKey = new Map<string, number[]>()
  userIds.forEach((id, index) => {
    const key = plainId(id)
    const same = byKey.get(key)
    if (same === undefined) byKey.set(key, [index])
    else same.push(index)
  })
  return { groups: [...byKey.values()].filter((group) => group.length > 1) }
}

/** ` U-007 ` -> `u-7`, `12.0` -> `12`. */
function plainId(id: string): string {
  return id
    .trim()
    .toLowerCase()
    .replace(/^(\d+)\.0+$/, '$1')
    .replaceAll(/(?<!\d)0+(?=\d)/g, '')
}
