import type { Engine, Row } from '../../../engines/engine.ts'
import type { ValueFacts } from '../../../evaluation/id-like.ts'
import type { AsOfFeature, Feature } from '../../../features/definition.ts'
import type { PlanRelations } from '../../../features/plan.ts'

export interface AttributeFacts extends ValueFacts {
  /** The feature that reads it. */
  readonly feature: string
}

/** What the values of every attribute are like that is given to the models as it is; the last known one of each user. */
export async function readAttributeFacts(
  engine: Engine,
  relations: PlanRelations,
  { features, signal }: { readonly features: readonly Feature[]; readonly signal: AbortSignal },
): Promise<AttributeFacts[]> {
  const read = features.filter(
    (feature): feature is AsOfFeature => feature.kind === 'asOf' && feature.read === 'value' && feature.type !== 'day',
  )
  const facts: AttributeFacts[] = []
  for (const feature of read) {
    const [row] = await engine.rows(factsSelect(engine, relations, feature), { signal })
    facts.push(factsOf(feature, row!))
  }
  return facts
}

function factsOf(feature: AsOfFeature, row: Row): AttributeFacts {
  const number = (name: string): number => (row[name] === null ? Number.NaN : Number(row[name]))
  return {
    feature: feature.name,
    name: feature.attribute,
    kind: feature.type === 'category' ? 'category' : 'number',
    users: number('users'),
    distinct: number('distinct_values'),
    areWhole: number('fractions') === 0,
    min: number('least'),
    max: number('greatest'),
    withUserOrder: number('user_order'),
    withFirstEvent: number('first_order'),
  }
}

function factsSelect({ dialect }: Engine, relations: PlanRelations, feature: AsOfFeature): string {
  const { relation } = relations.attributes.find(({ name }) => name === feature.table)!
  const value = dialect.identifier(feature.attribute)
  const latest = `SELECT l.user_index, l.v FROM (
  SELECT a.user_index, a.${value} AS v, ROW_NUMBER() OVER (PARTITION BY a.user_index ORDER BY a.valid_from DESC NULLS LAST) AS place
  FROM ${relation} AS a WHERE a.${value} IS NOT NULL) AS l WHERE l.place = 1`
  const counts = 'COUNT(*) AS users, COUNT(DISTINCT q.v) AS distinct_values'
  if (feature.type === 'category') return `SELECT ${counts}, 1 AS fractions FROM (${latest}) AS q`
  return `SELECT ${counts}, COUNT(*) FILTER (WHERE q.v <> FLOOR(q.v)) AS fractions, MIN(q.v) AS least, MAX(q.v) AS greatest,
  CORR(q.value_rank, q.user_index) AS user_order, CORR(q.value_rank, q.first_rank) AS first_order
FROM (
  SELECT k.user_index, k.v, ROW_NUMBER() OVER (ORDER BY k.v, k.user_index) AS value_rank,
    ROW_NUMBER() OVER (ORDER BY f.first_event, k.user_index) AS first_rank
  FROM (${latest}) AS k
  LEFT JOIN (SELECT e.user_index, MIN(e.event_time) AS first_event FROM ${relations.events} AS e GROUP BY e.user_index) AS f
    ON f.user_index = k.user_index
) AS q`
}
