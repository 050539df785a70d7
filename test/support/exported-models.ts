import { type Column, type Dataset, type Labels, missingCode } from '../../core/dataset.ts'
import type { Json } from '../../core/json.ts'
import { createRandom, type Random } from '../../core/random.ts'
import type { SavedModel } from '../../models/estimator.ts'
import { estimatorNamed } from '../../models/registry.ts'
import { saveEnsemble } from '../../models/trees/saved-ensemble.ts'
import { bySet } from '../../models/trees/tree.ts'
import { randomEnsemble, randomRows } from '../models/random-ensemble.ts'

export interface ExportedCase {
  readonly name: string
  readonly saved: SavedModel
  readonly calibration: Json
  /** 60 rows to predict: gaps, infinities, levels that training did not see. */
  readonly rows: Dataset
}

const platt: Json = { calibrator: 'platt', slope: 1.3, intercept: -0.2 }
const isotonic: Json = {
  calibrator: 'isotonic',
  scores: [0.05, 0.2, 0.2000001, 0.45, 0.451, 0.9],
  values: [0.02, 0.02, 0.3, 0.3, 0.55, 0.97],
  low: 0.001,
  high: 0.999,
}

/** The models whose exports are checked by other runtimes. */
export async function exportedCases(): Promise<ExportedCase[]> {
  const train = table(createRandom(1), 3000, false)
  const { x: rows } = table(createRandom(2), 60, true)
  const fit = async (kind: string, parameters: object, calibration: Json, name = kind): Promise<ExportedCase> => {
    const estimator = estimatorNamed(kind)
    const model = await estimator.fit(estimator.parameters.parse(parameters), {
      train: train.x,
      y: train.y,
      random: createRandom(3),
      resources: { threads: 1, memoryBytes: 1e9 },
      signal: new AbortController().signal,
      emit: () => {},
    })
    return { name, saved: model.save(), calibration, rows }
  }
  return [
    await fit('gbdt', { trees: 25, maxLeaves: 15, earlyStopping: 0, categorySmoothing: 1, learningRate: 0.2 }, platt),
    await fit('forest', { trees: 12, minRowsPerLeaf: 30 }, isotonic),
    await fit('logistic', { nonlinear: 'splines', strength: 0.001, rareLevel: 0.03 }, isotonic, 'logistic-splines'),
    await fit(
      'logistic',
      { nonlinear: 'squares', strength: 0.01, rareLevel: 0, transform: 'none' },
      platt,
      'logistic-squares',
    ),
    drawn('deep', { features: 9, leaves: 400, trees: 3, chain: 0.6 }, { calibrator: 'none' }),
    drawn('many', { features: 6, leaves: 3, trees: 700, chain: 0 }, { calibrator: 'none' }),
  ]
}

/** A model of random trees: splits of all kinds, sense or not. */
function drawn(name: string, shape: Parameters<typeof randomEnsemble>[1], calibration: Json): ExportedCase {
  const random = createRandom(4)
  const ensemble = randomEnsemble(random, shape)
  for (const { values } of ensemble.trees)
    for (let leaf = 0; leaf < values.length; leaf++) values[leaf]! *= 2 / Math.sqrt(shape.trees)
  // Every fifth threshold divides present from missing values only.
  for (const { cut, flags } of ensemble.trees)
    for (let node = 0; node < cut.length; node += 5) if ((flags[node]! & bySet) === 0) cut[node] = 12
  const { header, buffers } = saveEnsemble(ensemble)
  const description = { fixed: {}, curve: [] }
  const saved = { header: { ...header, estimator: 'gbdt', description }, buffers } as unknown as SavedModel
  const rows = randomRows(random, ensemble, 60)
  for (const column of rows.columns) if (column.kind === 'number') column.values.set([Infinity, -Infinity, -0])
  return { name, saved, calibration, rows }
}

const levels = Array.from({ length: 40 }, (_, k) => `city ${String(k).padStart(2, '0')}`)

function table(random: Random, rowCount: number, isStrange: boolean): { x: Dataset; y: Labels } {
  const recency = Float32Array.from({ length: rowCount }, () => Math.floor(-40 * Math.log(1 - random.next())))
  const amount = Float32Array.from({ length: rowCount }, () =>
    random.next() < 0.1 ? Number.NaN : 20 * random.normal(),
  )
  const trend = Float32Array.from({ length: rowCount }, () => (random.next() < 0.3 ? 0 : random.normal()))
  const city = Uint16Array.from({ length: rowCount }, () =>
    random.next() < 0.05 ? missingCode : Math.floor(40 * random.next() ** 2),
  )
  const y = Uint8Array.from({ length: rowCount }, (_, i) => {
    const z = -2 + 0.04 * recency[i]! + (city[i]! % 5 === 2 ? 1 : 0) + 0.5 * trend[i]! + (amount[i]! > 15 ? -1 : 0)
    return random.next() < 1 / (1 + Math.exp(-z)) ? 1 : 0
  })
  if (isStrange) {
    recency.set([Number.NaN, Infinity, -Infinity, 3e38, -3e38, 1e-40, -0])
    amount.set([Infinity, -Infinity, Number.NaN, 0], 4)
    city.set([40, 41, missingCode], 10)
  }
  const number = (values: Float32Array): Column => ({ kind: 'number', values })
  const x: Dataset = {
    names: ['recency', 'amount', 'trend', 'city'],
    columns: [
      number(recency),
      number(amount),
      number(trend),
      { kind: 'category', codes: city, levels: [...levels, 'new', 'newer'] },
    ],
    rowCount,
    users: Uint32Array.from({ length: rowCount }, (_, i) => i >> 1),
    cutoffs: new Uint16Array(rowCount).fill(20_000),
  }
  return { x, y }
}
