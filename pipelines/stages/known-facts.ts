import { addDays } from '../../core/day.ts'
import { levelLimit } from '../../data/quality-queries.ts'
import { completeDataFacts, type DataFacts, readDataFacts } from '../../features/data-facts.ts'
import type { StageContext } from '../context.ts'
import type { ExtractedStage } from './extract.ts'

/**
 * The facts of `readDataFacts`, most of them from what the extraction has counted. Where a column has so many values that it
 * has listed the most frequent alone, the engine is asked for all.
 */
export async function knownFacts(
  { config, engine, signal }: Pick<StageContext, 'config' | 'engine' | 'signal'>,
  extracted: Pick<ExtractedStage, 'relations' | 'levels' | 'quality' | 'firstEventDay' | 'lastEventDay'>,
): Promise<DataFacts> {
  const { relations, levels, quality, firstEventDay, lastEventDay } = extracted
  const { events } = relations
  if (Object.values(levels).some(({ length }) => length >= levelLimit)) return readDataFacts(engine, events, signal)
  const names = (of: keyof typeof levels): string[] => levels[of].map(({ name }) => name)
  const isThere = (column: string): boolean => (quality.events.nullFractions[column] ?? 1) < 1
  const used = quality.sources.filter(({ rows }) => rows > 0)
  const seen = {
    eventTypes: names('eventTypes'),
    categories: names('categories'),
    channels: names('channels'),
    hasAmount: isThere('amount'),
    hasQuantity: isThere('quantity'),
    dataStart: firstEventDay,
    dataEnd: addDays(lastEventDay, 1),
    delaysDays: used.map(({ name }) => config.sources[name]!.delayDays),
  }
  return completeDataFacts(engine, events, seen, signal)
}
