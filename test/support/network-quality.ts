import { readFileSync } from 'node:fs'
import { type Dataset, gather, type Labels, selectRows } from '../../core/dataset.ts'
import { parseDay } from '../../core/day.ts'
import { argsort } from '../../core/numeric/argsort.ts'
import { createRandom } from '../../core/random.ts'
import { mlp } from '../../models/neural/mlp.ts'
import { cdnowMatrix } from './cdnow-matrix.ts'
import { simulatedMatrix } from './simulated-matrix.ts'
import { telcoIsMissing, telcoMatrix } from './telco-matrix.ts'

const golden = JSON.parse(readFileSync(new URL('../golden/neural.json', import.meta.url), 'utf8')) as {
  quality: { name: string; auc: number[]; mean: number }[]
}
const matrices: Readonly<Record<string, () => { x: Dataset; y: Labels }>> = {
  cdnow: () => cdnowMatrix(parseDay('1997-07-04')),
  telco: telcoMatrix,
  simulated: () => simulatedMatrix({ rows: 100_000, columns: 40, seed: 1 }),
}

export const qualityNames = Object.keys(matrices).map((name) => ({
  name,
  skip: name === 'telco' && telcoIsMissing !== false,
}))

/** Mean AUC on rows i % 10 >= 7 of networks trained on the others with seeds 1 to 5, ours and torch's stored one. */
export async function networkQuality(name: string): Promise<{ ours: number; torch: number }> {
  const { x, y } = matrices[name]!()
  const part = (isTest: boolean): { x: Dataset; y: Labels } => {
    const rows = Uint32Array.from(y.keys()).filter((i) => i % 10 >= 7 === isTest)
    return { x: selectRows(x, rows), y: gather(y, rows, new Uint8Array(rows.length)) }
  }
  const [train, test] = [part(false), part(true)]
  const parameters = mlp.parameters.parse({ transform: 'none', ...settings })
  let total = 0
  for (let seed = 1; seed <= 5; seed++) {
    const model = await mlp.fit(parameters, {
      train: train.x,
      y: train.y,
      random: createRandom(seed),
      resources: { threads: 1, memoryBytes: 1e9 },
      signal: new AbortController().signal,
      emit: () => {},
    })
    total += areaUnderCurve(await model.predict(test.x), test.y)
  }
  return { ours: total / 5, torch: golden.quality.find((entry) => entry.name === name)!.mean }
}

/** As in test/golden/neural.py. */
const settings = {
  hidden: [64, 32],
  epochs: 60,
  earlyStopping: 6,
  batchRows: 512,
  learningRate: 0.002,
  weightDecay: 1e-4,
  validFraction: 0.15,
}

/** Share of (churned, stayed) pairs in the right order; ties count half. */
export function areaUnderCurve(p: Float64Array, y: Labels): number {
  const order = argsort(p)
  let [rankSum, churned] = [0, 0]
  for (let start = 0; start < order.length;) {
    let end = start
    while (end < order.length && p[order[end]!] === p[order[start]!]) end++
    for (let i = start; i < end; i++)
      if (y[order[i]!] === 1) {
        rankSum += (start + 1 + end) / 2
        churned++
      }
    start = end
  }
  return (rankSum - (churned * (churned + 1)) / 2) / (churned * (y.length - churned))
}
