import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { compareValues } from '../compare-values.ts'
import type { BenchCase } from '../measurement.ts'
import { peerEnvironment } from '../peers/environment.ts'
import { root } from '../root.ts'
import { runChild } from '../run-child.ts'
import { makeTable, tableFolder } from '../trees/make-table.ts'
import { tables } from '../trees/suite.ts'

/** Scoring a million rows with LightGBM's own model of 100 trees of 31 leaves, by LightGBM and by us. */
export function scoreCases(): BenchCase[] {
  return [1, 2].map((threads) => taskCase('score', { table: '1m-40', rows: 1_000_000, threads }))
}

/** Exact TreeSHAP values of the same model. */
export function explainCases(): BenchCase[] {
  return [1, 2].map((threads) => taskCase('explain', { table: '100k-40', rows: 100_000, threads }))
}

function taskCase(
  task: 'score' | 'explain',
  { table, rows, threads }: { table: string; rows: number; threads: number },
): BenchCase {
  const folder = tableFolder(table, tables[table]!)
  const [about, model] = [join(folder, 'table.json'), join(folder, 'lightgbm.txt')]
  const outputOf = (side: string): string => join(folder, `${task}-${side}-${threads}.f64`)
  const program = join(import.meta.dirname, `${task}-ours.js`)
  const peers = peerEnvironment()
  const python = (program: string): string => join(root, 'bench', 'peers', program)
  return {
    name: `${task}-${table}-${threads}t`,
    rows,
    columns: tables[table]!.columns,
    threads,
    peer: { name: 'lightgbm', version: peers.version('lightgbm') },
    async prepare() {
      makeTable(table, tables[table]!)
      if (!existsSync(model)) await runChild(peers.python, [python('train-model.py'), about, model])
    },
    ours: () => runChild(process.execPath, [program, about, model, String(threads), String(rows), outputOf('ours')]),
    theirs: () =>
      runChild(peers.python, [
        python('score.py'),
        about,
        model,
        String(threads),
        task,
        String(rows),
        outputOf('theirs'),
      ]),
    compare: async (ours, theirs) => compareValues(ours.output!, theirs.output!),
  }
}
