import { denseUsers } from '../dense-users.ts'
import type { ForestDraws } from './forest-draws.ts'
import type { ForestParameters } from './parameters.ts'

/** What is drawn together: group of each row, numbered from 0; `count` 0 = nothing is drawn, each row counts once. */
export interface DrawnGroups {
  readonly group: Uint32Array
  readonly count: number
}

/**
 * Groups of the rows whose users are `users`. `bootstrap_users` draws as many users as there are, with replacement, each with
 * all their rows: rows of one user are alike, and a row counts as out of bag only when the tree has seen nothing of its
 * user. `bootstrap_rows` draws rows.
 */
export function drawnGroups(kind: ForestParameters['rowSampling'], users: Uint32Array): DrawnGroups {
  if (kind === 'all') return { group: new Uint32Array(users.length), count: 0 }
  if (kind === 'bootstrap_rows') return { group: Uint32Array.from(users.keys()), count: users.length }
  const { users: distinct, placeOfRow } = denseUsers(users)
  return { group: placeOfRow, count: distinct.length }
}

/** How often each row is drawn for one tree, into `times`. */
export function drawRows(times: Uint16Array, { group, count }: DrawnGroups, draws: ForestDraws): void {
  if (count === 0) {
    times.fill(1)
    return
  }
  const drawn = new Uint16Array(count)
  for (let draw = 0; draw < count; draw++) drawn[draws.below(count)]!++
  for (let row = 0; row < times.length; row++) times[row] = drawn[group[row]!]!
}
