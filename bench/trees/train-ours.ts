// Trains and predicts in a worker thread, as the product does. argv: table.json, threads, file for the predictions.
import { readFileSync, writeFileSync } from 'node:fs'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { createRandom } from '../../core/random.ts'
import { estimatorNamed } from '../../models/registry.ts'
import { watchMemory } from '../watch-memory.ts'
import { readTable } from './read-table.ts'
import { settings } from './settings.ts'
import type { TableFiles } from './table.ts'

interface Job {
  readonly files: TableFiles
  readonly threads: number
  readonly output: string
}

async function train({ files, threads, output }: Job): Promise<void> {
  const { x, y } = readTable(files, 'train')
  const test = readTable(files, 'test')
  const estimator = estimatorNamed('gbdt')
  const memory = watchMemory()
  const start = performance.now()
  const model = await estimator.fit(estimator.parameters.parse(settings), {
    train: x,
    y,
    random: createRandom('bench'),
    resources: { threads, memoryBytes: 8e9 },
    signal: new AbortController().signal,
    emit: () => {},
  })
  const seconds = (performance.now() - start) / 1000
  const peakMb = memory.addedMb()
  const p = await model.predict(test.x)
  writeFileSync(output, new Uint8Array(p.buffer))
  parentPort!.postMessage({ seconds, peakMb, quality: {}, output })
}

if (isMainThread) {
  const [about, threads, output] = process.argv.slice(2)
  const { files } = JSON.parse(readFileSync(about!, 'utf8')) as { files: TableFiles }
  const worker = new Worker(new URL(import.meta.url), { workerData: { files, threads: Number(threads), output } })
  worker.on('message', (measurement) => process.stdout.write(`${JSON.stringify(measurement)}\n`))
  worker.on('error', (error) => {
    throw error
  })
} else await train(workerData as Job)
