import { readFileSync } from 'node:fs'
import { createRandom } from '../core/random.ts'
import { evaluateModels } from '../evaluation/bootstrap.ts'
import { metrics } from '../evaluation/registry.ts'

/**
 * Quality of both sides on the same test rows with paired 95 % intervals: `aucLoss` = theirs - ours, `logLossLoss` =
 * ours - theirs; above 0 = we are worse. 1,000 resamples of rows. Predictions are float64 files, labels bytes.
 */
export async function comparePredictions(files: {
  readonly labels: string
  readonly ours: string
  readonly theirs: string
}): Promise<Readonly<Record<string, number>>> {
  const y = new Uint8Array(readFileSync(files.labels))
  const users = Uint32Array.from(y, (_, i) => i)
  const [ours, theirs] = await evaluateModels({
    y,
    users,
    models: [
      { name: 'ours', p: doubles(files.ours) },
      { name: 'theirs', p: doubles(files.theirs) },
    ],
    metrics: metrics.filter(({ name }) => name === 'auc' || name === 'log_loss'),
    replicates: 1000,
    random: createRandom('bench/compare'),
  })
  const value = (side: typeof ours, metric: string): number => side!.metrics[metric]!.value
  return {
    oursAuc: value(ours, 'auc'),
    theirsAuc: value(theirs, 'auc'),
    oursLogLoss: value(ours, 'log_loss'),
    theirsLogLoss: value(theirs, 'log_loss'),
    ...interval('aucLoss', theirs!.replicates['auc']!, ours!.replicates['auc']!),
    ...interval('logLossLoss', ours!.replicates['log_loss']!, theirs!.replicates['log_loss']!),
  }
}

function interval(name: string, a: Float64Array, b: Float64Array): Record<string, number> {
  const differences = a.map((value, r) => value - b[r]!).sort()
  const at = (share: number): number => differences[Math.round(share * (differences.length - 1))]!
  return { [`${name}Low`]: at(0.025), [`${name}High`]: at(0.975) }
}

function doubles(file: string): Float64Array {
  const bytes = readFileSync(file)
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}
