/** The distinct users of some rows, ascending, and each row's place among them. */
export interface DenseUsers {
  readonly users: Uint32Array
  readonly placeOfRow: Uint32Array
}

/** `users[i]` is the user of row i: a dense index, so that a table by user is no larger than the population. */
export function denseUsers(users: Uint32Array): DenseUsers {
  let most = 0
  for (let i = 0; i < users.length; i++) if (users[i]! >= most) most = users[i]! + 1
  const place = new Uint32Array(most)
  for (let i = 0; i < users.length; i++) place[users[i]!] = 1
  const distinct = new Uint32Array(Math.min(most, users.length))
  let count = 0
  for (let user = 0; user < most; user++) {
    if (place[user] === 0) continue
    place[user] = count
    distinct[count++] = user
  }
  const placeOfRow = new Uint32Array(users.length)
  for (let i = 0; i < users.length; i++) placeOfRow[i] = place[users[i]!]!
  return { users: distinct.slice(0, count), placeOfRow }
}
