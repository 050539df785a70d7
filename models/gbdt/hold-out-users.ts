import { type Dataset, gather, type Labels } from '../../core/dataset.ts'
import type { Random } from '../../core/random.ts'
import { denseUsers } from '../trees/dense-users.ts'

/** Share of the users whose rows are kept for early stopping when `fit` is given no `valid`. */
const heldOutShare = 0.15

export interface LearnAndWatch {
  readonly learn: Uint32Array
  /** Empty when there are too few users. */
  readonly watch: Uint32Array
}

/**
 * Divides `rows` by user: all rows of a user are on one side. When one side would lack a class, nothing is held out.
 * The draw depends on the set of users alone, not on the order of rows.
 */
export function holdOutUsers(x: Dataset, y: Labels, rows: Uint32Array, random: Random): LearnAndWatch {
  const { users, placeOfRow } = denseUsers(gather(x.users, rows, new Uint32Array(rows.length)))
  const order = random.shuffle(Uint32Array.from(users.keys()))
  const isHeldOut = new Uint8Array(users.length)
  for (const place of order.subarray(0, Math.round(heldOutShare * order.length))) isHeldOut[place] = 1
  const learn = new Uint32Array(rows.length)
  const watch = new Uint32Array(rows.length)
  const counts = [0, 0]
  for (let i = 0; i < rows.length; i++) {
    const side = isHeldOut[placeOfRow[i]!]!
    ;(side === 0 ? learn : watch)[counts[side]!++] = rows[i]!
  }
  const sides = { learn: learn.slice(0, counts[0]), watch: watch.slice(0, counts[1]) }
  return hasBoth(sides.learn, y) && hasBoth(sides.watch, y) ? sides : { learn: rows, watch: new Uint32Array() }
}

function hasBoth(rows: Uint32Array, y: Labels): boolean {
  let churned = 0
  for (const row of rows) churned += y[row]!
  return churned > 0 && churned < rows.length
}
