import { type Dataset, gather, type Labels } from '../../core/dataset.ts'
import type { Random } from '../../core/random.ts'
import { divideRows } from '../divide-rows.ts'
import { drawUsers } from '../draw-users.ts'

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
  const users = gather(x.users, rows, new Uint32Array(rows.length))
  const isHeldOut = drawUsers(users, random, (distinct) => Math.round(heldOutShare * distinct))
  const [learn, watch] = divideRows(isHeldOut, rows)
  return hasBoth(learn, y) && hasBoth(watch, y) ? { learn, watch } : { learn: rows, watch: new Uint32Array() }
}

function hasBoth(rows: Uint32Array, y: Labels): boolean {
  let churned = 0
  for (const row of rows) churned += y[row]!
  return churned > 0 && churned < rows.length
}
