// Repeated cross-validation. argv: table.json, settings as JSON, threads, file for the predictions
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gather, selectRows } from '../../core/dataset.ts'
import { runInWorker } from '../run-in-worker.ts'
import { readTable } from '../trees/read-table.ts'
import type { TreeSettings } from '../trees/settings.ts'
import { report, trainOurs } from '../trees/train-job.ts'
import { watchMemory } from '../watch-memory.ts'
import type { FoldFiles } from './fold-table.ts'

/** The clock covers binning and training of all models, memory those of the first; predictions are those of the model that has not seen the row. */
async function crossValidate([about, told, threads, output]: readonly string[]): Promise<void> {
  const { files } = JSON.parse(readFileSync(about!, 'utf8')) as { files: FoldFiles }
  const settings = JSON.parse(told!) as TreeSettings
  const { x, y } = readTable({ ...files, testRows: 0 }, 'train')
  const divisions = new Uint8Array(readFileSync(join(files.folder, 'folds.u8')))
  const values = new Float64Array(divisions.length)
  let peakMb: number | null = null
  let seconds = 0
  for (let repeat = 0; repeat < files.repeats; repeat++)
    for (let fold = 0; fold < files.folds; fold++) {
      const isHeldOut = (row: number): boolean => divisions[repeat * x.rowCount + row] === fold
      const all = Uint32Array.from(y.keys())
      const rows = all.filter((row) => !isHeldOut(row))
      const heldOut = all.filter(isHeldOut)
      const train = selectRows(x, rows)
      const labels = gather(y, rows, new Uint8Array(rows.length))
      const memory = seconds === 0 ? watchMemory() : null
      const start = performance.now()
      const model = await trainOurs(settings, { train, y: labels, threads: Number(threads) })
      seconds += (performance.now() - start) / 1000
      if (memory) peakMb = memory.addedMb()
      const p = await model.predict(selectRows(x, heldOut))
      for (const [i, row] of heldOut.entries()) values[repeat * x.rowCount + row] = p[i]!
    }
  report(output!, values, { seconds, peakMb: peakMb! })
}

await runInWorker(import.meta.url, crossValidate)
