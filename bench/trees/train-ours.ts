// Trains and predicts. argv: table.json, settings as JSON, threads, file for the predictions, training sets from, to (exclusive).
import { readFileSync } from 'node:fs'
import { keepThreadsReady } from '../../models/keep-threads-ready.ts'
import { runInWorker } from '../run-in-worker.ts'
import { watchMemory } from '../watch-memory.ts'
import { readTable } from './read-table.ts'
import type { TreeSettings } from './settings.ts'
import { type TableFiles, trainingSet } from './table.ts'
import { report, trainOurs } from './train-job.ts'

/** The clock covers binning and training on the first of the sets. */
async function train([about, told, threads, output, from, to]: readonly string[]): Promise<void> {
  // As the compute worker of a run does when it starts, long before there are data.
  keepThreadsReady(Number(threads) - 1)
  const { files } = JSON.parse(readFileSync(about!, 'utf8')) as { files: TableFiles }
  const settings = JSON.parse(told!) as TreeSettings
  const test = readTable(files, 'test')
  const values = new Float64Array(files.testRows * (Number(to) - Number(from)))
  let measured: { seconds: number; peakMb: number } | null = null
  for (let set = Number(from); set < Number(to); set++) {
    const { x, y } = readTable(files, trainingSet(set))
    const memory = watchMemory()
    const start = performance.now()
    const model = await trainOurs(settings, { train: x, y, threads: Number(threads) })
    measured ??= { seconds: (performance.now() - start) / 1000, peakMb: memory.addedMb() }
    values.set(await model.predict(test.x), (set - Number(from)) * files.testRows)
  }
  report(output!, values, measured!)
}

await runInWorker(import.meta.url, train)
