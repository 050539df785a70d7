import type { CheckResult } from '../core/artifacts.ts'
import { parseDay, type Day } from '../core/day.ts'
import { checkContract } from './contract.ts'
import { eventsRelation } from './event-relations.ts'
import type { JudgedSource } from './event-source.ts'
import { checkFreshness } from './freshness.ts'
import { checkOverlap } from './overlap.ts'
import type { MeasuredQuality } from './quality.ts'
import type { SqlSession } from './sources/sql-session.ts'
import { checkVolume } from './volume.ts'

/** Contract, freshness, volume and overlap of one source; `reference` is the day at which all of them stand. */
export async function sourceChecks(
  session: SqlSession,
  source: JudgedSource,
  { measured, reference }: { readonly measured: MeasuredQuality; readonly reference: Day },
): Promise<CheckResult[]> {
  const { name, config } = source
  const { contract, maxAgeDays, volume, delayDays } = config
  const seen = measured.sources.find((one) => one.name === name)!
  const checks = await checkContract(session, eventsRelation, { source: name, contract })
  const lastEventDay = seen.lastEvent === null ? null : parseDay(seen.lastEvent.slice(0, 10))
  if (maxAgeDays !== undefined) checks.push(checkFreshness(name, { lastEventDay, reference, maxAgeDays }))
  const eventsByDay = measured.eventsBySourceDay.get(name) ?? new Map<number, number>()
  if (volume !== undefined) checks.push(checkVolume(name, { eventsByDay, reference, delayDays, volume }))
  const overlap = await checkOverlap(session, source, seen.exactDuplicates)
  return overlap === null ? checks : [...checks, overlap]
}
