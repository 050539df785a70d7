import type { Engine, TableColumn } from '../../engines/engine.ts'
import type { Day } from '../../core/day.ts'
import type { ExamplePlan, Prediction } from '../plan.ts'
import { churnKinds, status, statusCount } from './program.ts'

/** Users of one cutoff by what became of them; the columns of the compiler's `populationSelect`. */
export interface CutoffCounts {
  readonly cutoff: Day
  readonly users: number
  readonly eligible: number
  readonly ineligible: number
  readonly alreadyChurned: number
  readonly churnedInGap: number
  readonly churned: number
  readonly activeChurned: number
  readonly passiveChurned: number
}

/** Of the i-th prediction, from the counts of statuses that the workers made (see `Swept.counts`). */
export function countPopulation(
  plan: Pick<ExamplePlan, 'cutoffs'>,
  { cutoffs }: Pick<Prediction, 'cutoffs'>,
  { counts, i, predictions }: { readonly counts: Int32Array; readonly i: number; readonly predictions: number },
): CutoffCounts[] {
  return cutoffs.map((cutoff) => {
    const entry = plan.cutoffs.indexOf(cutoff) * predictions + i
    const of = (judged: number): number => counts[entry * statusCount + judged]!
    const activeChurned = of(status.churned + churnKinds.indexOf('active'))
    const passiveChurned = of(status.churned + churnKinds.indexOf('passive'))
    const churned = activeChurned + passiveChurned
    const examples = of(status.example) + churned
    return {
      cutoff,
      users: examples + of(status.churnedInGap) + of(status.inactive) + of(status.alreadyChurned),
      eligible: examples + of(status.churnedInGap),
      ineligible: of(status.inactive),
      alreadyChurned: of(status.alreadyChurned),
      churnedInGap: of(status.churnedInGap),
      churned,
      activeChurned,
      passiveChurned,
    }
  })
}

const reasons = ['no_history', 'already_churned', 'inactive', 'churned_in_gap'] as const

/** The users of the one cutoff, from `firstUser` on, who are no examples, and why: columns user_index, reason; ordered by user_index. */
export function excludedColumns(statuses: Uint8Array, firstUser = 0): readonly TableColumn[] {
  let count = 0
  for (let user = firstUser; user < statuses.length; user++) if (statuses[user]! < status.example) count++
  const users = new Int32Array(count)
  const codes = new Uint16Array(count)
  let at = 0
  for (let user = firstUser; user < statuses.length; user++) {
    if (statuses[user]! >= status.example) continue
    users[at] = user
    codes[at++] = statuses[user]!
  }
  return [
    { name: 'user_index', type: 'integer', values: users },
    { name: 'reason', type: 'coded', codes, levels: reasons },
  ]
}

/** The same counts from the tables of a spine that SQL made. */
export async function givenPopulation(
  engine: Engine,
  { populationSelect }: Pick<Prediction, 'populationSelect'>,
  signal: AbortSignal,
): Promise<CutoffCounts[]> {
  const rows = await engine.rows(populationSelect, { signal })
  return rows.map((row) => ({
    cutoff: row['cutoff'] as Day,
    users: Number(row['users']),
    eligible: Number(row['eligible']),
    ineligible: Number(row['ineligible']),
    alreadyChurned: Number(row['already_churned']),
    churnedInGap: Number(row['churned_in_gap']),
    churned: Number(row['churned']),
    activeChurned: Number(row['active_churned']),
    passiveChurned: Number(row['passive_churned']),
  }))
}
