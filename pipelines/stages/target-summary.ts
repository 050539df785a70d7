import type { ImportanceRow, TargetSummary } from '../../core/artifacts.ts'
import type { StageContext } from '../context.ts'
import type { Learned } from '../learn.ts'
import type { Examples } from './examples-type.ts'
import { labelDescription } from './population.ts'
import type { ScoredUsers } from './score-population.ts'
import type { SplitStage } from './split.ts'

/** One entry of targets.json; `folder` is where the files of the prediction lie in the run. */
export function targetSummary(
  { config }: Pick<StageContext, 'config'>,
  folder: string,
  of: Pick<Learned, 'evaluation'> & {
    examples: Examples
    split: SplitStage
    scored: ScoredUsers
    importance: readonly ImportanceRow[]
  },
): TargetSummary {
  const { evaluation, examples, split, scored, importance } = of
  const { winner } = evaluation.choice
  const test = split.report.parts.find(({ part }) => part === 'test')!
  const p = scored.probability ?? scored.raw
  return {
    target: config.churn.target,
    horizonDays: config.churn.horizonDays,
    labelDescription: labelDescription(config.churn),
    folder,
    winner,
    rows: examples.dataset.rowCount,
    testRows: test.rows,
    baseRate: test.baseRate,
    metrics: { ...evaluation.byPart.test.find(({ name }) => name === winner)!.metrics },
    calibrated: evaluation.verdict.passed,
    scored: scored.rows,
    meanProbability: p.reduce((sum, one) => sum + one, 0) / p.length,
    strongest: importance
      .filter(({ model, method, value }) => model === winner && method === 'permutation' && value > 0)
      .toSorted((a, b) => a.rank - b.rank)
      .slice(0, 3)
      .map(({ feature }) => feature),
  }
}
