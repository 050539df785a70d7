import { join } from 'node:path'
import { comparePredictions } from '../compare-predictions.ts'
import type { BenchCase, Measurement } from '../measurement.ts'
import { peerEnvironment } from '../peers/environment.ts'
import { realCases } from '../real/suite.ts'
import { root } from '../root.ts'
import { runChild } from '../run-child.ts'
import { makeTable, tableFolder } from './make-table.ts'
import { settings } from './settings.ts'
import type { TableSpec } from './table.ts'

export const tables: Readonly<Record<string, TableSpec>> = {
  '100k-40': { rows: 100_000, columns: 40, seed: 1 },
  '1m-40': { rows: 1_000_000, columns: 40, seed: 2 },
  '1m-200': { rows: 1_000_000, columns: 200, seed: 3 },
  '100k-1000': { rows: 100_000, columns: 1000, seed: 4 },
  '5m-40': { rows: 5_000_000, columns: 40, seed: 5 },
  '100k-40-categories': { rows: 100_000, columns: 40, categories: 10, sets: 5, seed: 6 },
  '100k-500-zeros': { rows: 100_000, columns: 500, zeros: 0.95, sets: 5, seed: 7 },
  '20k-40-rare': { rows: 20_000, columns: 40, shift: -3.2, sets: 60, seed: 8 },
}

/** Training against LightGBM at the same settings, on one and on two threads; then the real data. */
export function treeCases(): BenchCase[] {
  const made = Object.entries(tables).flatMap(([name, spec]) => [1, 2].map((threads) => treeCase(name, spec, threads)))
  return [...made, ...realCases()]
}

function treeCase(table: string, spec: TableSpec, threads: number): BenchCase {
  const folder = tableFolder(table, spec)
  const peers = peerEnvironment()
  const { sets = 1 } = spec
  /** Trains on the tables from, from + 1 … to - 1; a process of its own. */
  const train = (side: 'ours' | 'theirs', from: number, to: number): Promise<Measurement> => {
    const output = join(folder, `${side}-${threads}-${from}.p`)
    const [program, first] =
      side === 'ours'
        ? [process.execPath, join(import.meta.dirname, 'train-ours.js')]
        : [peers.python, join(root, 'bench', 'peers', 'trees.py')]
    const about = join(folder, 'table.json')
    return runChild(program, [first, about, JSON.stringify(settings), `${threads}`, output, `${from}`, `${to}`])
  }
  return {
    name: `trees-${table}-${threads}t`,
    rows: spec.rows,
    columns: spec.columns,
    threads,
    peer: { name: 'lightgbm', version: peers.version('lightgbm') },
    prepare: async () => void makeTable(table, spec),
    ours: () => train('ours', 0, 1),
    theirs: () => train('theirs', 0, 1),
    async compare(ours, theirs) {
      const files = { ours: [ours.output!], theirs: [theirs.output!] }
      if (sets > 1) {
        files.ours.push((await train('ours', 1, sets)).output!)
        files.theirs.push((await train('theirs', 1, sets)).output!)
      }
      return comparePredictions({ labels: join(folder, 'test.y'), ...files })
    },
  }
}
