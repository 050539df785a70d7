import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { assignTiers, tiersSchema } from '../../cohorts/tiers.ts'
import type * as files from '../../core/artifacts.ts'
import { addDays, parseDay } from '../../core/day.ts'
import { jsonText } from '../../core/json.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import { type Random, createRandom } from '../../core/random.ts'
import { type EvaluatedModel, evaluateModels } from '../../evaluation/bootstrap.ts'
import { checkCalibration } from '../../evaluation/calibration-check.ts'
import { curveFiles, scoreHistogram } from '../../evaluation/curves.ts'
import { pairedDifference } from '../../evaluation/paired-difference.ts'
import { metrics } from '../../evaluation/registry.ts'
import { evaluateSlices } from '../../evaluation/slices.ts'
import { planSplit, splitSchema } from '../../evaluation/split.ts'
import { audit, cast, catalog, checks, importance, inputs, quality, runRecord, tags, timings } from './fixture-files.ts'

const rowCount = 4000
const horizonDays = 30
const gapDays = 3
const start = parseDay('2025-01-06')

interface Simulated {
  y: Uint8Array
  users: Uint32Array
  models: { name: string; p: Float64Array; threshold: number }[]
}

function simulate(random: Random): Simulated {
  const truth = Float64Array.from({ length: rowCount }, () => -1.4 + 1.5 * random.normal())
  const y = Uint8Array.from(truth, (z) => (random.next() < sigmoid(z) ? 1 : 0))
  const models = cast.map(([name, , noise]) => {
    const shrink = 1 / (1 + noise ** 2 / 2.25)
    const p =
      noise === Infinity
        ? new Float64Array(rowCount).fill(0.263)
        : truth.map((z) => sigmoid(-1.35 + shrink * (z + 1.4 + noise * random.normal())))
    return { name, p, threshold: 0.31 }
  })
  return { y, users: Uint32Array.from(y, (_, i) => i), models }
}

export interface FixtureOptions {
  /** Replaces the text that comes from outside: user ids, feature names, experiment. */
  readonly hostile?: string
  readonly omit?: readonly string[]
  readonly run?: Partial<files.RunRecord>
  readonly folder?: string
}

let numbers: ReturnType<typeof makeNumbers> | null = null

async function makeNumbers() {
  const random = createRandom('report fixture')
  const simulated = simulate(random)
  const evaluated = await evaluateModels({ ...simulated, metrics, replicates: 120, random: random.child('test') })
  return { simulated, evaluated, sliced: await slices(simulated, random) }
}

/** Writes the folder of a realistic run (simulated numbers, real evaluation code) and returns its path. */
export async function writeFixtureRun(options: FixtureOptions = {}): Promise<string> {
  const runDir = options.folder ?? (await mkdtemp(join(tmpdir(), 'ebb-report-')))
  const { simulated, evaluated, sliced } = await (numbers ??= makeNumbers())
  const text = options.hostile ?? null
  const contents: Record<string, unknown> = {
    'run.json': { ...runRecord(text), ...options.run },
    'leaderboard.json': leaderboard(evaluated),
    ...population(),
    'quality.json': quality(text),
    'inputs.json': inputs,
    'timings.json': timings,
    'checks.json': checks(text),
    'slices.json': sliced,
    'importance.json': importance(text),
    'catalog.json': catalog(text),
    'tags.json': tags(text),
    'audit.json': audit(text),
    'scoring.json': scoring(simulated, text),
    ...plots(simulated),
  }
  for (const [name, content] of Object.entries(contents)) {
    if (options.omit?.includes(name)) continue
    await mkdir(dirname(join(runDir, name)), { recursive: true })
    await writeFile(join(runDir, name), jsonText(content))
  }
  return runDir
}

function leaderboard(evaluated: readonly EvaluatedModel[]): files.Leaderboard {
  const baseline = evaluated.find((model) => model.name === 'recency_logistic')!
  return {
    chooseBy: 'log_loss',
    winner: 'logistic',
    winnerReason: 'simplest of 2 models within one paired standard error of the best log_loss on select (gbdt)',
    bestBaseline: 'recency_logistic',
    models: evaluated.map((model, at): files.LeaderboardEntry => {
      const [, kind, , complexity, isBaseline] = cast[at]!
      const { standardError: _, ...versus } = pairedDifference(model, baseline, 'log_loss')
      const isSame = model.name === baseline.name
      return {
        model: model.name,
        kind,
        complexity,
        isBaseline,
        calibrator: at % 2 === 0 ? 'isotonic' : 'platt',
        threshold: 0.31,
        metrics: { train: { ...model.metrics }, select: { ...model.metrics }, test: { ...model.metrics } },
        versusBaseline: isSame ? null : versus,
        notBetterThanBaseline: versus.high >= 0,
        tiedWithBest: at < 2,
        ...(kind === 'forest' ? { outOfBag: { rows: 1200, logLoss: 0.4321, brier: 0.1234 } } : {}),
      }
    }),
    shipped: {
      model: 'logistic',
      cutoffs: cutoffs().slice(0, -1),
      rows: 78_112,
      calibrator: 'platt',
      fixed: { strength: 0.012, l1Ratio: 0.5 },
    },
  }
}

const cutoffs = () => Array.from({ length: 24 }, (_, i) => addDays(start, 14 * i))

function population(): Record<string, unknown> {
  const plan = planSplit({
    cutoffs: cutoffs(),
    gapDays,
    horizonDays,
    delayDays: 1,
    spec: splitSchema.parse({ test: 2 }),
  })
  const partOf = (cutoff: string) =>
    Object.entries(plan.parts).find(([, days]) => (days as readonly string[]).includes(cutoff))?.[0] ?? 'purged'
  const at = cutoffs().map((cutoff, i): files.CutoffPopulation => {
    const eligible = 2900 + 61 * i
    const churned = Math.round(eligible * (0.25 + 0.02 * Math.sin(i / 2) + 0.001 * i))
    const active = Math.round(churned * 0.12)
    return {
      cutoff,
      part: partOf(cutoff),
      users: eligible + 900,
      eligible,
      ineligible: 640,
      alreadyChurned: 260,
      churnedInGap: 31,
      churned,
      activeChurned: active,
      passiveChurned: churned - active,
      churnRate: churned / eligible,
    }
  })
  const parts = (['train', 'calibrate', 'select', 'test'] as const).map((part) => {
    const of = at.filter((one) => one.part === part)
    const rows = of.reduce((sum, one) => sum + one.eligible, 0)
    const baseRate = of.reduce((sum, one) => sum + one.churned, 0) / rows
    return { part, cutoffs: [...plan.parts[part]], rows, users: Math.round(rows / of.length ** 0.8), baseRate }
  })
  const split: files.SplitReport = { mode: plan.mode, explanation: plan.explanation, parts, purged: [...plan.purged] }
  const file: files.Population = {
    target: 'churned',
    horizonDays,
    gapDays,
    dataEnd: '2025-12-22',
    asOf: '2025-12-22',
    cutoffs: at,
    eligibility: 'users with a purchase or login in the 90 days before the cutoff who have not churned',
    labelDescription: 'a user churns who neither buys nor logs in, or uninstalls the app, inside the prediction window',
    droppedCutoffs: [
      { cutoff: '2025-12-08', reason: 'labels not known before 2026-01-11, data end 2025-12-22', users: 4310 },
    ],
  }
  return { 'population.json': file, 'split.json': split }
}

async function slices({ y, models, users }: Simulated, random: Random): Promise<files.SliceReport> {
  const codes = (levels: number) => Uint16Array.from(y, () => random.integer(levels))
  return evaluateSlices({
    model: 'logistic',
    y,
    users,
    p: models[1]!.p,
    threshold: 0.31,
    replicates: 60,
    random: random.child('slices'),
    metrics: metrics.filter((metric) => ['auc', 'log_loss', 'ece'].includes(metric.name)),
    slices: [
      { name: 'lifecycle_stage', codes: codes(4), levels: ['active', 'new', 'silent', 'returned'] },
      { name: 'value_tier', codes: codes(4), levels: ['high', 'mid', 'low', 'none'] },
      { name: 'channel', codes: codes(2), levels: ['app', 'web'] },
    ],
  })
}

function scoring({ models, y }: Simulated, hostile: string | null): files.ScoringSummary {
  const { p } = models[1]!
  const tiers = assignTiers({ probability: p, tiers: tiersSchema.parse({ high: 'top 10%', mid: 'top 30%' }) })
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const inTier = (tier: string) => Array.from(p).filter((_, i) => tiers.tier[i] === tier)
  const verdict = checkCalibration(
    { y, p, users: Uint32Array.from(y, (_, i) => i) },
    { calibrate: null, rule: 'bounds' },
  )
  return {
    name: 'shop-churn',
    asOf: '2025-12-22',
    rows: rowCount,
    holdout: 0.05,
    meanProbability: mean(Array.from(p)),
    excluded: [
      { reason: 'already churned', users: 260 },
      { reason: 'opted out', users: 12 },
    ],
    tiers: (['high', 'mid', 'low'] as const).map((tier) => {
      const of = inTier(tier)
      return {
        tier,
        users: of.length,
        meanProbability: mean(of),
        minProbability: Math.min(...of),
        valueAtRisk: 31 * of.length * mean(of),
      }
    }),
    lifecycle: ['active', 'new', 'silent', 'returned'].map((stage, i) => ({
      stage,
      users: [2600, 400, 800, 200][i]!,
      meanProbability: 0.14 + 0.13 * i,
    })),
    top: Array.from({ length: 10 }, (_, i) => ({
      userId: i === 0 && hostile !== null ? hostile : `u-${80_112 - 977 * i}`,
      probability: 0.93 - 0.02 * i,
      tier: 'high',
      valueAtRisk: 812.5 - 41 * i,
      lifecycleStage: i % 2 === 0 ? 'silent' : 'active',
      reasons:
        i === 3
          ? []
          : ['42 days since the last purchase', 'logins fell to a third', hostile ?? 'one complaint in 90 days'],
    })),
    calibration: verdict,
  }
}

function plots({ y, models }: Simulated): Record<string, unknown> {
  const curves = curveFiles({ y, models })
  const published = models[1]!.p
  return {
    'plots/roc.json': curves.roc,
    'plots/pr.json': curves.pr,
    'plots/calibration.json': curves.calibration,
    'plots/gains.json': curves.gains,
    'plots/scores.json': scoreHistogram(published, { y, p: published }),
  }
}
