import type { Leaderboard, LeaderboardEntry, ModelOrigin } from '../../core/artifacts.ts'
import { metricByName } from '../../evaluation/registry.ts'
import type { EvaluatedModel } from '../../evaluation/bootstrap.ts'
import { pairedDifference } from '../../evaluation/paired-difference.ts'
import { lossOf } from '../../evaluation/winner.ts'
import type { CalibratedModel } from './calibrate.ts'
import type { Evaluation } from './evaluate.ts'

export interface LeaderboardFacts {
  readonly chooseBy: string
  readonly origins: ReadonlyMap<string, ModelOrigin>
  readonly shipped: Leaderboard['shipped']
}

/** leaderboard.json: best first by the choosing metric on select; nothing in it differs from run to run. */
export function leaderboardOf(
  models: readonly CalibratedModel[],
  evaluation: Evaluation,
  { chooseBy, origins, shipped }: LeaderboardFacts,
): Leaderboard {
  const { choice, byPart } = evaluation
  const bestBaseline = choice.bestBaseline!
  const mayKnow = (origins.get(choice.winner)?.hasSeenLabels ?? 'no') !== 'no'
  return {
    chooseBy,
    winner: choice.winner,
    winnerReason: mayKnow ? `${choice.reason}; it may know labels that it was judged on` : choice.reason,
    bestBaseline,
    models: choice.ranking.map(({ name, tiedWithBest }) => {
      const model = models.find((candidate) => candidate.name === name)!
      const versus = against(name, bestBaseline, byPart.test, chooseBy)
      const origin = origins.get(name)
      return { ...entryOf(model, byPart), ...versus, tiedWithBest, ...(origin === undefined ? {} : { origin }) }
    }),
    shipped,
  }
}

function entryOf(
  model: CalibratedModel,
  byPart: Evaluation['byPart'],
): Omit<LeaderboardEntry, 'versusBaseline' | 'notBetterThanBaseline' | 'tiedWithBest'> {
  const { outOfBag } = model.description
  const metricsOn = (part: 'train' | 'select' | 'test') => ({ ...named(byPart[part], model.name).metrics })
  return {
    model: model.name,
    kind: model.kind,
    isBaseline: model.isBaseline,
    complexity: model.complexity,
    calibrator: model.calibration.chosen,
    threshold: model.threshold,
    metrics: { train: metricsOn('train'), select: metricsOn('select'), test: metricsOn('test') },
    ...(outOfBag === undefined ? {} : { outOfBag }),
  }
}

/** Paired difference on test to the best baseline in the choosing metric, turned so that below 0 is better. */
function against(
  name: string,
  baseline: string,
  test: readonly EvaluatedModel[],
  metric: string,
): Pick<LeaderboardEntry, 'versusBaseline' | 'notBetterThanBaseline'> {
  if (name === baseline) return { versusBaseline: null, notBetterThanBaseline: false }
  const { value, low, high } = pairedDifference(
    named(test, name),
    named(test, baseline),
    metric,
    lossOf(metricByName(metric)),
  )
  return { versusBaseline: { metric, value, low, high }, notBetterThanBaseline: !(high < 0) }
}

function named(models: readonly EvaluatedModel[], name: string): EvaluatedModel {
  return models.find((model) => model.name === name)!
}
