import type { CurveFiles, SliceReport } from '../../core/artifacts.ts'
import { gather } from '../../core/dataset.ts'
import { type CalibrationVerdict, checkCalibration } from '../../evaluation/calibration-check.ts'
import type { EvaluatedModel } from '../../evaluation/bootstrap.ts'
import { metricByName, metricNames } from '../../evaluation/registry.ts'
import type { Slice } from '../../evaluation/slices.ts'
import { type Part, parts as partNames } from '../../evaluation/split.ts'
import { valueTiers } from '../../evaluation/value-tier.ts'
import { type Choice, chooseWinner } from '../../evaluation/winner.ts'
import type { EvaluateOutput } from '../compute/evaluate-task.ts'
import type { StageContext } from '../context.ts'
import type { CalibratedModel } from './calibrate.ts'
import type { Examples, PartRows } from './examples-type.ts'

/** Train metrics only show the overfit gap: a coarser interval does, on the part with the most rows. */
const trainReplicates = 200

export interface Evaluation {
  readonly byPart: Readonly<Record<Part, readonly EvaluatedModel[]>>
  readonly choice: Choice
  readonly winner: CalibratedModel
  /** Of test. */
  readonly curves: Omit<CurveFiles, 'scores'>
  /** Of the winner, on test. */
  readonly slices: SliceReport
  /** Whether the winner's probabilities on test may be called so. */
  readonly verdict: CalibrationVerdict
}

/**
 * Metrics of every model on every part. The winner is fixed on select before test is looked at: first select, then the
 * choice, then the other parts.
 */
export async function evaluateModelsOnParts(
  context: StageContext,
  models: readonly CalibratedModel[],
  { examples, parts }: { examples: Examples; parts: PartRows },
): Promise<Evaluation> {
  const run = (part: Part, winner?: string): Promise<EvaluateOutput> =>
    evaluatePart(context, models, { examples, rows: parts[part], part, winner })
  const select = await run('select')
  const choice = chooseWinner(metricByName(context.config.choose.metric), select.evaluated, models)
  const [test, train, calibrate] = await Promise.all([run('test', choice.winner), run('train'), run('calibrate')])
  const winner = models.find(({ name }) => name === choice.winner)!
  const judged = (rows: Uint32Array) => ({
    y: gather(examples.labels, rows, new Uint8Array(rows.length)),
    p: gather(winner.calibration.probabilities, rows, new Float64Array(rows.length)),
    users: gather(examples.dataset.users, rows, new Uint32Array(rows.length)),
  })
  return {
    byPart: { train: train.evaluated, calibrate: calibrate.evaluated, select: select.evaluated, test: test.evaluated },
    choice,
    winner,
    curves: test.curves!,
    slices: test.slices!,
    verdict: checkCalibration(judged(parts.test), {
      calibrate: judged(parts.calibrate),
      rule: context.config.evaluate.calibrationCheck,
    }),
  }
}

/** Of the winner also by slice, where it is named. */
function evaluatePart(
  context: StageContext,
  models: readonly CalibratedModel[],
  on: {
    readonly examples: Examples
    readonly rows: Uint32Array
    readonly part: Part
    readonly winner: string | undefined
  },
): Promise<EvaluateOutput> {
  const { examples, rows, part, winner } = on
  const { bootstrap } = context.config.evaluate
  return context.pool.run(
    'evaluate',
    {
      part,
      labels: examples.labels,
      users: examples.dataset.users,
      rows,
      models: models.map(({ name, calibration, threshold }) => ({
        name,
        threshold,
        probabilities: calibration.probabilities,
      })),
      metrics: metricNames,
      replicates: part === 'train' ? Math.min(bootstrap, trainReplicates) : bootstrap,
      withCurves: part === 'test',
      slices: winner === undefined ? undefined : { model: winner, slices: slicesOf(context, examples) },
    },
    { ...context, random: context.random.child(`evaluate/${part}`) },
  )
}

/** `<part>.<model>.<metric>`, with `_low` and `_high`, and `winner`: the content of metrics.json. */
export function flatMetrics(evaluation: Evaluation): Record<string, number | string> {
  const flat: Record<string, number | string> = {}
  for (const part of partNames)
    for (const { name, metrics } of evaluation.byPart[part])
      for (const [metric, { value, low, high }] of Object.entries(metrics)) {
        flat[`${part}.${name}.${metric}`] = value
        flat[`${part}.${name}.${metric}_low`] = low
        flat[`${part}.${name}.${metric}_high`] = high
      }
  flat.winner = evaluation.choice.winner
  return flat
}

function slicesOf(context: StageContext, examples: Examples): Slice[] {
  const { dataset, lifecycle, channel, recentValue } = examples
  const known: Record<string, () => Slice> = {
    lifecycle_stage: () => ({ name: 'lifecycle_stage', ...lifecycle }),
    value_tier: () => valueTiers(recentValue, dataset.cutoffs),
    channel: () => ({ name: 'channel', ...channel }),
  }
  return context.config.evaluate.slices.flatMap((name) => (known[name] ? [known[name]()] : []))
}
