// Explains a table by an imported LightGBM model, in a worker thread. argv: table.json, model.txt, threads, rows, file for the values, calls.
import { readFileSync, writeFileSync } from 'node:fs'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { type Contributions, contributionsOf } from '../../models/explanation.ts'
import { importedModel } from '../../models/formats/imported.ts'
import { firstRows } from '../trees/first-rows.ts'
import { levelNames } from './level-names.ts'
import { readTable } from '../trees/read-table.ts'
import type { TableFiles } from '../trees/table.ts'
import { watchMemory } from '../watch-memory.ts'

/** The clock covers all that a first call needs: plans, tables, and every value in one array; of several calls, those after the first. */
async function explain([about, file, threads, rows, output, calls]: readonly string[]): Promise<void> {
  const { files } = JSON.parse(readFileSync(about!, 'utf8')) as { files: TableFiles }
  const x = firstRows(readTable(files, 'train').x, Number(rows))
  const model = importedModel(readFileSync(file!), file!, { levels: levelNames(x) })
  const again = (): Promise<Contributions> => contributionsOf(model.explain(x, { threads: Number(threads) })!)
  if (Number(calls) > 1) await again()
  const memory = watchMemory()
  const start = performance.now()
  let contributions = await again()
  for (let call = 1; call < Number(calls); call++) contributions = await again()
  const seconds = (performance.now() - start) / 1000
  const peakMb = memory.addedMb()
  const values = asLightgbmHasIt(contributions, x.names)
  writeFileSync(output!, new Uint8Array(values.buffer))
  parentPort!.postMessage({ seconds, peakMb, quality: {}, output })
}

/** Row by row all columns of the table, used or not, then the bias. */
function asLightgbmHasIt({ bias, names, values }: Contributions, columns: readonly string[]): Float64Array {
  const width = columns.length + 1
  const all = new Float64Array((values.length / names.length) * width)
  const places = names.map((name) => columns.indexOf(name))
  for (let row = 0; row * width < all.length; row++) {
    for (const [j, place] of places.entries()) all[row * width + place] = values[row * names.length + j]!
    all[row * width + width - 1] = bias
  }
  return all
}

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { workerData: process.argv.slice(2) })
  worker.on('message', (measurement) => process.stdout.write(`${JSON.stringify(measurement)}\n`))
  worker.on('error', (error) => {
    throw error
  })
} else await explain(workerData as string[])
