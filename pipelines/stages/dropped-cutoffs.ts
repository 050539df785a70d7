import type { Day } from '../../core/day.ts'
import { usersSeenSelect } from '../../features/users-seen.ts'
import type { StageContext } from '../context.ts'
import type { ExtractedStage } from './extract.ts'
import type { PlannedFeatures } from './plan-features.ts'

/** A cutoff without labels, and how many users had been seen by then. */
export interface DroppedCutoff {
  readonly cutoff: Day
  readonly reason: string
  readonly users: number
}

/** Counts the users of dropped cutoffs. */
export async function droppedCutoffs(
  { engine, signal }: Pick<StageContext, 'engine' | 'signal'>,
  data: { readonly extracted: ExtractedStage; readonly planned: Pick<PlannedFeatures, 'delaysDays'> },
  dropped: readonly Omit<DroppedCutoff, 'users'>[],
): Promise<DroppedCutoff[]> {
  if (dropped.length === 0) return []
  const { relations, dataEnd } = data.extracted
  const cutoffs = dropped.map(({ cutoff }) => cutoff)
  const select = usersSeenSelect({ relations, dataEnd, delaysDays: data.planned.delaysDays }, cutoffs, engine.dialect)
  const rows = await engine.rows(select, { signal, limit: cutoffs.length })
  const users = new Map(rows.map((row) => [String(row['cutoff']), Number(row['users'])]))
  return dropped.map((one) => ({ ...one, users: users.get(one.cutoff) ?? 0 }))
}
