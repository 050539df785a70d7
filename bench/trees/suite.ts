import { join } from 'node:path'
import { comparePredictions } from '../compare-predictions.ts'
import type { BenchCase } from '../measurement.ts'
import { peerEnvironment } from '../peers/environment.ts'
import { root } from '../root.ts'
import { runChild } from '../run-child.ts'
import { makeTable } from './make-table.ts'
import type { TableSpec } from './table.ts'

export const tables: Readonly<Record<string, TableSpec>> = {
  '100k-40': { rows: 100_000, columns: 40, seed: 1 },
  '1m-40': { rows: 1_000_000, columns: 40, seed: 2 },
  '1m-200': { rows: 1_000_000, columns: 200, seed: 3 },
  '100k-1000': { rows: 100_000, columns: 1000, seed: 4 },
  '5m-40': { rows: 5_000_000, columns: 40, seed: 5 },
  '100k-40-categories': { rows: 100_000, columns: 40, categories: 10, seed: 6 },
  '100k-500-zeros': { rows: 100_000, columns: 500, zeros: 0.95, seed: 7 },
  '20k-40-rare': { rows: 20_000, columns: 40, shift: -3.2, seed: 8 },
}

/** Training against LightGBM at the same settings, on one and on two threads. */
export function treeCases(): BenchCase[] {
  return Object.entries(tables).flatMap(([name, spec]) => [1, 2].map((threads) => treeCase(name, spec, threads)))
}

function treeCase(table: string, spec: TableSpec, threads: number): BenchCase {
  const folder = join(root, 'out', 'bench-data', table)
  const about = join(folder, 'table.json')
  const argv = (side: string): string[] => [about, String(threads), join(folder, `${side}-${threads}.p`)]
  const peers = peerEnvironment()
  return {
    name: `trees-${table}-${threads}t`,
    rows: spec.rows,
    columns: spec.columns,
    threads,
    peer: { name: 'lightgbm', version: peers.version('lightgbm') },
    prepare: async () => void makeTable(table, spec),
    ours: () => runChild(process.execPath, [join(import.meta.dirname, 'train-ours.js'), ...argv('ours')]),
    theirs: () => runChild(peers.python, [join(root, 'bench', 'peers', 'trees.py'), ...argv('theirs')]),
    compare: (ours, theirs) =>
      comparePredictions({ labels: join(folder, 'test.y'), ours: ours.output!, theirs: theirs.output! }),
  }
}
