import type { DefinitionRate } from '../../core/definition-lab.ts'

/** How many users stand `age` days after their last active day at a cutoff. */
export interface AgeCount {
  readonly cutoff: number
  readonly age: number
  readonly users: number
}

/** How many eligible users complete so many silent days within the horizon after a cutoff. */
export interface ChurnedCount {
  readonly cutoff: number
  readonly silenceDays: number
  readonly users: number
}

export interface RateInput {
  readonly ages: readonly AgeCount[]
  readonly churned: readonly ChurnedCount[]
  /** Days since the start of the data, ascending. */
  readonly cutoffs: readonly number[]
  readonly lengths: readonly number[]
}

const leastCutoffs = 3

/**
 * Churn rate over cutoffs for each length N: churned / eligible, eligible being whoever was active in the N days before. Only
 * cutoffs with N days of log before them count, so that nobody is eligible by accident; fewer than three give no line.
 */
export function definitionRates({ ages, churned, cutoffs, lengths }: RateInput): DefinitionRate[] {
  const agesAt = new Map(cutoffs.map((cutoff) => [cutoff, [] as AgeCount[]]))
  for (const one of ages) agesAt.get(one.cutoff)?.push(one)
  return lengths.flatMap((silenceDays) => {
    const shares = cutoffs
      .filter((cutoff) => cutoff >= silenceDays)
      .flatMap((cutoff) => {
        const eligible = sum(agesAt.get(cutoff)!.map(({ age, users }) => (age <= silenceDays ? users : 0)))
        const lost = churned.find((one) => one.cutoff === cutoff && one.silenceDays === silenceDays)?.users ?? 0
        return eligible === 0 ? [] : [lost / eligible]
      })
    if (shares.length < leastCutoffs) return []
    const rate = sum(shares) / shares.length
    const sd = Math.sqrt(sum(shares.map((share) => (share - rate) ** 2)) / (shares.length - 1))
    const [low, high] = [Math.min(...shares), Math.max(...shares)]
    return [{ silenceDays, cutoffs: shares.length, rate, sd, variation: rate > 0 ? sd / rate : Number.NaN, low, high }]
  })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
