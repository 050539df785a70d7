// Scores a table with an imported LightGBM model, in a worker thread. argv: table.json, model.txt, threads, rows, file for the values.
import { readFileSync, writeFileSync } from 'node:fs'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { importedModel } from '../../models/formats/imported.ts'
import { firstRows } from '../trees/first-rows.ts'
import { levelNames } from './level-names.ts'
import { readTable } from '../trees/read-table.ts'
import type { TableFiles } from '../trees/table.ts'
import { watchMemory } from '../watch-memory.ts'

async function score([about, file, threads, rows, output]: readonly string[]): Promise<void> {
  const { files } = JSON.parse(readFileSync(about!, 'utf8')) as { files: TableFiles }
  const x = firstRows(readTable(files, 'train').x, Number(rows))
  const model = importedModel(readFileSync(file!), file!, { levels: levelNames(x) })
  const memory = watchMemory()
  const start = performance.now()
  const values = await model.predict(x, { threads: Number(threads) })
  const seconds = (performance.now() - start) / 1000
  const peakMb = memory.addedMb()
  writeFileSync(output!, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  parentPort!.postMessage({ seconds, peakMb, quality: {}, output })
}

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { workerData: process.argv.slice(2) })
  worker.on('message', (measurement) => process.stdout.write(`${JSON.stringify(measurement)}\n`))
  worker.on('error', (error) => {
    throw error
  })
} else await score(workerData as string[])
