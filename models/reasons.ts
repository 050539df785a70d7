import type { Explanation } from './estimator.ts'

/** The features that push each row most towards churn. */
export interface Reasons {
  /** Names that `features` indexes. */
  readonly names: readonly string[]
  /** Row-major rows x count: index into `names`, strongest first; -1 = no further feature pushes this row towards churn. */
  readonly features: Int32Array
  /** Log-odds, > 0; 0 where the feature is -1. */
  readonly contributions: Float64Array
}

/**
 * The `count` strongest positive contributions of every row among the features called `allowed`; equal ones in the order of
 * the names. Holds rows x count numbers, not rows x features.
 */
export async function strongestReasons(
  explanation: Explanation,
  { count, allowed }: { count: number; allowed: readonly string[] },
): Promise<Reasons> {
  const { names, rowCount } = explanation
  const permitted = new Set(allowed)
  const candidates = names.flatMap((name, j) => (permitted.has(name) ? [j] : []))
  const features = new Int32Array(rowCount * count).fill(-1)
  const contributions = new Float64Array(rowCount * count)
  if (count === 0) return { names, features, contributions }
  for await (const { begin, values, rowCount: rows } of explanation.blocks())
    for (let row = 0; row < rows; row++) {
      const room = (begin + row) * count
      for (const j of candidates) {
        const value = values[row * names.length + j]!
        if (value > contributions[room + count - 1]!) insert({ features, contributions }, room, { count, j, value })
      }
    }
  return { names, features, contributions }
}

function insert(
  { features, contributions }: Omit<Reasons, 'names'>,
  room: number,
  { count, j, value }: { count: number; j: number; value: number },
): void {
  let at = room + count - 1
  for (; at > room && value > contributions[at - 1]!; at--) {
    contributions[at] = contributions[at - 1]!
    features[at] = features[at - 1]!
  }
  contributions[at] = value
  features[at] = j
}
