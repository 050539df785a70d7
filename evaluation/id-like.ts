import { type Dataset, missingCode } from '../core/dataset.ts'

/** What is known of the values of one attribute, one value per user, as the source has them. */
export interface ValueFacts {
  readonly name: string
  readonly kind: 'number' | 'category'
  /** Users with a value, and different values. */
  readonly users: number
  readonly distinct: number
  /** Numbers: all are whole, the smallest and the largest. */
  readonly areWhole: boolean
  readonly min: number
  readonly max: number
  /** Numbers: rank correlation with the order of the user ids, and with that of the users' first events. */
  readonly withUserOrder: number
  readonly withFirstEvent: number
}

/** With fewer users chance makes values unique. */
const fewestUsers = 50
const nearUnique = 0.9
const nearMonotone = 0.99

/** Why the attribute looks like an id, or null. An id ranks users by something that a new user does not have. */
export function whyIdLike(facts: ValueFacts): string | null {
  const { users, distinct } = facts
  if (users < fewestUsers || distinct < nearUnique * users) return null
  const unique = `${distinct} different values for ${users} users`
  if (facts.kind === 'category') return unique
  if (!facts.areWhole) return null
  if (facts.max - facts.min < 2 * users) return `${unique}, whole numbers without gaps`
  if (Math.abs(facts.withUserOrder) >= nearMonotone) return `${unique}, in the order of the user ids`
  if (Math.abs(facts.withFirstEvent) >= nearMonotone) return `${unique}, in the order of the users' first events`
  return isNamedLikeId(facts.name) ? `${unique}, and the name of an id` : null
}

/** Text features that are not attributes, e.g. the category of the last event, with nearly one level per user. */
export function idLikeTexts(x: Dataset): { readonly feature: string; readonly why: string }[] {
  return x.names.flatMap((feature, j) => {
    const column = x.columns[j]!
    if (column.kind === 'number') return []
    const seen = new Set<number>()
    const users = new Set<number>()
    column.codes.forEach((code, row) => {
      if (code === missingCode) return
      seen.add(code)
      users.add(x.users[row]!)
    })
    const facts = { name: feature, kind: 'category' as const, users: users.size, distinct: seen.size }
    const why = whyIdLike({ ...facts, areWhole: false, min: 0, max: 0, withUserOrder: 0, withFirstEvent: 0 })
    return why === null ? [] : [{ feature, why }]
  })
}

const isNamedLikeId = (name: string): boolean =>
  /(^|_)(id|ids|uid|uuid|guid|key|no|nr|number|hash|token|account|customer|user|phone|email|timestamp)(_|$)/.test(name)
