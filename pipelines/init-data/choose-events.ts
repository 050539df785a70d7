import type { Extracted } from '../../data/extracted.ts'
import { typeRole } from '../../data/mapping-words.ts'
import type { Assumption } from '../../data/propose-mapping.ts'
import type { Engine } from '../../engines/engine.ts'
import { roles as catalogueRoles } from '../../features/roles.ts'
import { shortList } from './short-list.ts'
import { spellingLine } from './spelling-line.ts'

export interface ChosenEvents {
  readonly qualifying: readonly string[]
  readonly goodbye: readonly string[]
  readonly roles: Readonly<Record<string, readonly string[]>>
  readonly assumptions: readonly Assumption[]
}

/** Users who ever did it, as a share of all; a kind of event that fewer know cannot say who is there. */
const leastCoverage = 0.5

/**
 * Which events end a silence: purchases where half of the users ever buy, else visits, else whatever is not trouble, a first step
 * or a goodbye; and which events are a goodbye.
 */
export async function chooseEvents(engine: Engine, extracted: Extracted): Promise<ChosenEvents> {
  const rows = await engine.rows(
    `SELECT e.event_type AS type, COUNT(DISTINCT e.user_index) AS users FROM ${extracted.relations.events} AS e GROUP BY e.event_type`,
  )
  const coverage = new Map(rows.map((row) => [String(row['type']), Number(row['users']) / extracted.counts.users]))
  const types = extracted.levels.eventTypes.map(({ name }) => name)
  const of = (role: ReturnType<typeof typeRole>): string[] => types.filter((type) => typeRole(type) === role)
  const covered = (role: 'purchase' | 'visit'): string[] =>
    of(role).filter((type) => (coverage.get(type) ?? 0) >= leastCoverage)
  const goodbye = of('goodbye').filter((type) => (coverage.get(type) ?? 0) >= 0.005)
  const purchases = covered('purchase')
  const visits = covered('visit').slice(0, 1)
  const others = types.filter((type) => !['goodbye', 'trouble', 'first'].includes(typeRole(type)))
  const [qualifying, sure, because] =
    types.length === 1
      ? [types, 'sure' as const, 'the only kind of event']
      : purchases.length > 0
        ? [purchases, 'likely' as const, 'they sound like purchases, and at least half of the users have made one']
        : visits.length > 0
          ? [visits, 'likely' as const, 'it sounds like a visit, and at least half of the users have made one']
          : [others.length > 0 ? others : types, 'guess' as const, 'no kind of event sounds like a purchase or a visit']
  return {
    qualifying,
    goodbye,
    roles: rolesOf(types, of),
    assumptions: [
      { what: 'staying', value: shortList(qualifying), sure, because },
      ...spellingLine(types),
      ...(goodbye.length === 0
        ? []
        : [
            {
              what: 'goodbye',
              value: shortList(goodbye),
              sure: 'likely' as const,
              because: 'they sound like the end; such an event is churn at once',
            },
          ]),
    ],
  }
}

function rolesOf(types: readonly string[], of: (role: 'purchase' | 'visit') => string[]): Record<string, string[]> {
  const isKnown = (type: string): boolean => catalogueRoles.some((role) => role === type)
  const mapped: Record<string, string[]> = {}
  const purchases = of('purchase')
  const visits = of('visit')
  if (purchases.some((type) => type !== 'purchase')) mapped['purchase'] = purchases
  const logins = types.filter((type) => type.toLowerCase() === 'login')
  if (logins.length > 1) mapped['login'] = logins
  else if (visits.length > 0 && !types.includes('login') && !isKnown(visits[0]!)) mapped['login'] = [visits[0]!]
  return mapped
}
