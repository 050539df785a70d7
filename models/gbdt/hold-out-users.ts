import type { Dataset, Labels } from '../../core/dataset.ts'
import type { Random } from '../../core/random.ts'

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
  const users = [...new Set(Array.from(rows, (row) => x.users[row]!))].sort((a, b) => a - b)
  const order = random.shuffle(Uint32Array.from(users))
  const heldOut = new Set(order.subarray(0, Math.round(heldOutShare * order.length)))
  const learn = rows.filter((row) => !heldOut.has(x.users[row]!))
  const watch = rows.filter((row) => heldOut.has(x.users[row]!))
  const hasBoth = (side: Uint32Array): boolean => side.some((row) => y[row] === 0) && side.some((row) => y[row] === 1)
  return hasBoth(learn) && hasBoth(watch) ? { learn, watch } : { learn: rows, watch: new Uint32Array() }
}
