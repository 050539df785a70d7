import { type Day, dayNumber } from '../../../core/day.ts'
import type { PlanRelations } from '../../../features/plan.ts'
import type { StageContext } from '../../context.ts'
import type { Examples } from '../examples-type.ts'
import { isVisible } from './truncated-relations.ts'

/** Rows of the dataset at one cutoff, ascending. */
export interface Sample {
  readonly cutoff: Day
  readonly rows: Uint32Array
}

/** At each cutoff at most `audit.users` examples: half with the earliest event after the visible end, half drawn evenly. */
export async function drawSample(
  { engine, signal, config }: Pick<StageContext, 'engine' | 'signal' | 'config'>,
  {
    examples: { dataset },
    relations,
    cutoffs,
  }: {
    readonly examples: Pick<Examples, 'dataset'>
    readonly relations: PlanRelations
    readonly cutoffs: readonly Day[]
  },
): Promise<Sample[]> {
  const half = Math.ceil(config.audit.users / 2)
  const sample: Sample[] = []
  for (const cutoff of cutoffs) {
    const day = dayNumber(cutoff)
    const rowOfUser = new Map<number, number>()
    for (let row = 0; row < dataset.rowCount; row++)
      if (dataset.cutoffs[row] === day) rowOfUser.set(dataset.users[row]!, row)
    const { dialect } = engine
    const soon = await engine.rows(
      `SELECT q.user_index FROM (SELECT e.user_index, MIN(e.event_time) AS first_hidden FROM ${relations.events} AS e
WHERE NOT (${isVisible(relations, dialect.day(cutoff), dialect)}) GROUP BY e.user_index) AS q ORDER BY q.first_hidden, q.user_index LIMIT ${20 * half}`,
      { signal, limit: 20 * half },
    )
    const chosen = new Set(
      soon
        .map((row) => rowOfUser.get(Number(row['user_index'])))
        .filter((row) => row !== undefined)
        .slice(0, half),
    )
    const all = [...rowOfUser.values()]
    const step = Math.max(1, Math.floor(all.length / half))
    for (let i = 0; i < all.length && chosen.size < 2 * half; i += step) chosen.add(all[i]!)
    sample.push({ cutoff, rows: Uint32Array.from(chosen).sort() })
  }
  return sample
}
