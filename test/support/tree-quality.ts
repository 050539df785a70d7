import { readFileSync } from 'node:fs'
import { type Column, type Dataset, gather, type Labels, missingCode, selectRows } from '../../core/dataset.ts'
import { parseDay } from '../../core/day.ts'
import { createRandom } from '../../core/random.ts'
import type { RegisteredEstimator } from '../../models/estimator.ts'
import { estimatorNamed } from '../../models/registry.ts'
import { cdnowMatrix } from './cdnow-matrix.ts'
import { areaUnderCurve } from './network-quality.ts'
import { simulatedMatrix } from './simulated-matrix.ts'
import { telcoIsMissing, telcoMatrix } from './telco-matrix.ts'

type Kind = 'gbdt' | 'forest'
interface Quality {
  readonly auc: number
  readonly logLoss: number
}

/** test/golden/trees.json: what LightGBM (gbdt) and scikit-learn (forest) reach on the same rows. */
export const treeGolden = JSON.parse(readFileSync(new URL('../golden/trees.json', import.meta.url), 'utf8')) as {
  settings: { gbdt: Record<string, Record<string, number>>; forest: Record<string, number> }
  quality: ({ name: string } & Record<Kind, (Quality & { seed: number })[]>)[]
}

const simulated = (): { x: Dataset; y: Labels } => simulatedMatrix({ rows: 100_000, columns: 40, seed: 1 })
const matrices: Readonly<Record<string, () => { x: Dataset; y: Labels }>> = {
  cdnow: () => cdnowMatrix(parseDay('1997-07-04')),
  telco: telcoMatrix,
  simulated,
  simulated_categories: () => {
    const { x, y } = simulated()
    return { x: withCategories(x, ['birth_month', 'payment', 'tenure_months']), y }
  },
}

/** Whether the file behind `name` is not there. */
export const isAbsent = (name: string): boolean => name === 'telco' && telcoIsMissing !== false

/** Whole parts k of the named columns become levels (37 k + 11) mod 101, as in test/golden/trees.py. */
function withCategories(x: Dataset, names: readonly string[]): Dataset {
  const levels = Array.from({ length: 101 }, (_, code) => `level ${code}`)
  const columns = x.columns.map((column, j): Column => {
    if (column.kind !== 'number' || !names.includes(x.names[j]!)) return column
    const code = (value: number): number => (Number.isNaN(value) ? missingCode : (37 * Math.floor(value) + 11) % 101)
    return { kind: 'category', codes: Uint16Array.from(column.values, code), levels }
  })
  return { ...x, columns }
}

/** Our quality on the test rows of each seed, and the reference's, as means over `seeds`. */
export async function treeQuality(
  kind: Kind,
  name: string,
  seeds: readonly number[],
): Promise<{ ours: Quality; reference: Quality }> {
  const { x, y } = matrices[name]!()
  const settings =
    kind === 'gbdt'
      ? { ...treeGolden.settings.gbdt[name], minRowsPerLeaf: 20, l2: 1, earlyStopping: 0 }
      : { ...treeGolden.settings.forest, rowSampling: 'bootstrap_rows' }
  const estimator: RegisteredEstimator = estimatorNamed(kind)
  const ours: Quality[] = []
  for (const seed of seeds) {
    const [train, test] = [false, true].map((isTest) => {
      const rows = Uint32Array.from(y.keys()).filter((i) => (7 * i + 3 * seed) % 10 >= 7 === isTest)
      return { x: selectRows(x, rows), y: gather(y, rows, new Uint8Array(rows.length)) }
    }) as [{ x: Dataset; y: Labels }, { x: Dataset; y: Labels }]
    const model = await estimator.fit(estimator.parameters.parse(settings), {
      train: train.x,
      y: train.y,
      random: createRandom(seed),
      resources: { threads: 1, memoryBytes: 1e9 },
      signal: new AbortController().signal,
      emit: () => {},
    })
    const p = await model.predict(test.x)
    ours.push({ auc: areaUnderCurve(p, test.y), logLoss: meanLogLoss(p, test.y) })
  }
  const stored = treeGolden.quality.find((entry) => entry.name === name)![kind]
  return { ours: mean(ours), reference: mean(stored.filter(({ seed }) => seeds.includes(seed))) }
}

function mean(values: readonly Quality[]): Quality {
  const over = (key: keyof Quality): number => values.reduce((sum, value) => sum + value[key], 0) / values.length
  return { auc: over('auc'), logLoss: over('logLoss') }
}

function meanLogLoss(p: Float64Array, y: Labels): number {
  let loss = 0
  for (let i = 0; i < y.length; i++) loss -= Math.log(Math.max(y[i] === 1 ? p[i]! : 1 - p[i]!, 1e-15))
  return loss / y.length
}
