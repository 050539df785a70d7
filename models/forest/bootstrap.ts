import type { Random } from '../../core/random.ts'
import type { ForestParameters } from './parameters.ts'

/**
 * How often each row of `rows` is drawn for one tree, as a function that fills an array by row number. `bootstrap_users`
 * draws as many users as there are, with replacement, each with all their rows: rows of one user are alike, and a row
 * counts as out of bag only when the tree has seen nothing of its user. `bootstrap_rows` draws rows, `all` takes each once.
 */
export function createBootstrap(
  kind: ForestParameters['rowSampling'],
  rows: Uint32Array,
  users: Uint32Array,
): (draws: Uint16Array, random: Random) => void {
  if (kind === 'all')
    return (draws) => {
      for (const row of rows) draws[row] = 1
    }
  const group = kind === 'bootstrap_rows' ? rows.map((_, i) => i) : denseUsers(rows, users)
  const groupCount = group.reduce((most, g) => Math.max(most, g + 1), 0)
  const times = new Uint16Array(groupCount)
  return (draws, random) => {
    times.fill(0)
    for (let draw = 0; draw < groupCount; draw++) times[random.integer(groupCount)]!++
    for (let i = 0; i < rows.length; i++) draws[rows[i]!] = times[group[i]!]!
  }
}

/** Users numbered 0, 1, 2 … in the order of their index, one number per row of `rows`. */
function denseUsers(rows: Uint32Array, users: Uint32Array): Uint32Array {
  const sorted = [...new Set(Array.from(rows, (row) => users[row]!))].sort((a, b) => a - b)
  const dense = new Map(sorted.map((user, i) => [user, i]))
  return rows.map((row) => dense.get(users[row]!)!)
}
