import { z } from 'zod'

const size = z
  .string()
  .regex(/^(top (100|\d{1,2}(\.\d+)?) ?%|[1-9]\d* users)$/, "must read 'top 10%' or '5000 users'")
  .describe("A share of the ranking ('top 10%') or a number of users ('5000 users')")

/**
 * Who is high, mid and low risk. By capacity: `{ high: top 10%, mid: top 30% }`, counted from the top of the ranking,
 * high first. By cost and value: high are the users for whom a contact is expected to pay.
 */
export const tiersSchema = z.union(
  [
    z.strictObject({ high: size, mid: size.optional() }),
    z.strictObject({
      contactCost: z.number().min(0).describe('Cost of one contact, in the unit of amounts'),
      successRate: z.number().gt(0).max(1).describe('Share of churners whom a contact keeps'),
      value: z
        .union([z.literal('spend'), z.number().gt(0)])
        .default('spend')
        .describe("What a kept user is worth: 'spend' = own spend over the last horizon, or one number for all"),
      mid: size.optional(),
    }),
  ],
  { error: "must be { high: 'top 10%', mid: 'top 30%' } or { contactCost, successRate, value }" },
)

export type TierRule = z.output<typeof tiersSchema>

export const tierNames = ['high', 'mid', 'low'] as const
export type Tier = (typeof tierNames)[number]

export interface TierInput {
  /** Users in ascending order of user id: the last word between ties. */
  readonly probability: Float64Array
  /** Breaks ties of probability (isotonic steps) before user order does; absent = not used. */
  readonly scoreRaw?: Float64Array
  /** Spend over the last horizon by user, for `value: 'spend'`; NaN counts as 0. */
  readonly spend?: Float64Array | Float32Array
  readonly tiers: TierRule
}

/** Arrays by user, in the order of the input. */
export interface TierAssignment {
  /** 1 = highest risk, to n; no two equal. */
  readonly rank: Uint32Array
  /** Share of users who rank no higher, in percent: 100 for rank 1, 100 / n for the last. */
  readonly percentile: Float64Array
  /** 1 = the riskiest tenth, 10 the least. */
  readonly decile: Uint8Array
  readonly tier: readonly Tier[]
}

/**
 * Ranks by falling probability, then falling score, then user order, and cuts the ranking into tiers. `top x%` is the
 * ceiling of x % of the users; tiers count from the top, so mid is who fits its size and is not high. By cost: high iff
 * probability x successRate x value > contactCost. Throws a RangeError when `value: 'spend'` comes without spend.
 */
export function assignTiers(input: TierInput): TierAssignment {
  const { probability, tiers } = input
  const n = probability.length
  const order = rankingOf(input)
  const rank = new Uint32Array(n)
  order.forEach((user, at) => (rank[user] = at + 1))
  const isHigh = highRule(input, rank)
  const midRanks = tiers.mid === undefined ? 0 : ranksIn(tiers.mid, n)
  return {
    rank,
    percentile: Float64Array.from(rank, (place) => (100 * (n - place + 1)) / n),
    decile: Uint8Array.from(rank, (place) => Math.floor((10 * (place - 1)) / n) + 1),
    tier: Array.from(rank, (place, user) => (isHigh(user) ? 'high' : place <= midRanks ? 'mid' : 'low')),
  }
}

function rankingOf({ probability, scoreRaw }: TierInput): Uint32Array {
  const order = Uint32Array.from(probability, (_, user) => user)
  return order.sort(
    (a, b) => probability[b]! - probability[a]! || (scoreRaw ? scoreRaw[b]! - scoreRaw[a]! : 0) || a - b,
  )
}

function highRule({ probability, spend, tiers }: TierInput, rank: Uint32Array): (user: number) => boolean {
  if ('high' in tiers) {
    const ranks = ranksIn(tiers.high, rank.length)
    return (user) => rank[user]! <= ranks
  }
  const { contactCost, successRate, value } = tiers
  if (value === 'spend' && !spend) throw new RangeError("assignTiers: value 'spend' needs the users' spend, got none")
  const valueOf = (user: number) => (value === 'spend' ? spend![user]! || 0 : value)
  return (user) => probability[user]! * successRate * valueOf(user) > contactCost
}

/** Ranks that a size covers: `top 10%` of 25 users = 3, `5000 users` = at most all. */
function ranksIn(size: string, users: number): number {
  const percent = /^top ([\d.]+)/.exec(size)
  if (percent) return Math.ceil((Number(percent[1]) * users) / 100 - 1e-9)
  return Math.min(users, Number.parseInt(size, 10))
}
