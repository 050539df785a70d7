import { writeFileSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { Dataset, Labels } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import type { Classifier } from '../../models/estimator.ts'
import { estimatorNamed } from '../../models/registry.ts'
import type { TreeSettings } from './settings.ts'

/** Boosting with the settings of a case. */
export function trainOurs(
  settings: TreeSettings,
  { train, y, threads }: { train: Dataset; y: Labels; threads: number },
): Promise<Classifier> {
  const estimator = estimatorNamed('gbdt')
  return estimator.fit(estimator.parameters.parse({ ...settings, earlyStopping: 0 }), {
    train,
    y,
    random: createRandom('bench'),
    resources: { threads, memoryBytes: 8e9 },
    signal: new AbortController().signal,
    emit: () => {},
  })
}

/** Writes the predictions and tells the main thread what was measured. */
export function report(output: string, values: Float64Array, measured: { seconds: number; peakMb: number }): void {
  writeFileSync(output, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  parentPort!.postMessage({ ...measured, quality: {}, output })
}
