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

/**
 * Exact TreeSHAP values of the same model, and where tables do not pay: deep trees, categories, and few rows a call, asked for
 * again and again (50 calls of a model that has explained once). LightGBM's are by the classic algorithm (Lundberg, Erion and Lee 2018).
 */
export function explainCases(): BenchCase[] {
  const table = '100k-40'
  const few = [1, 10, 100].map((rows) => ({ table, rows, calls: 50, suffix: `-${rows}r` }))
  const more = [
    { table, rows: 100_000, suffix: '' },
    { table, rows: 2_000, leaves: 255, suffix: '-deep' },
    { table: '100k-40-categories', rows: 20_000, suffix: '' },
    ...few,
  ]
  return more.flatMap((one) => [1, 2].map((threads) => taskCase('explain', { ...one, threads })))
}

interface Task {
  readonly table: string
  readonly rows: number
  readonly threads: number
  /** Of each tree; default 31. */
  readonly leaves?: number
  /** Of the same rows; default 1. */
  readonly calls?: number
  /** Of the case's name. */
  readonly suffix?: string
}

function taskCase(
  task: 'score' | 'explain',
  { table, rows, threads, leaves = 31, calls = 1, suffix = '' }: Task,
): BenchCase {
  const folder = tableFolder(table, tables[table]!)
  const [about, model] = [
    join(folder, 'table.json'),
    join(folder, leaves === 31 ? 'lightgbm.txt' : `lightgbm-${leaves}.txt`),
  ]
  const outputOf = (side: string): string => join(folder, `${task}-${side}-${threads}${suffix}.f64`)
  const program = join(import.meta.dirname, `${task}-ours.js`)
  const peers = peerEnvironment()
  const python = (program: string): string => join(root, 'bench', 'peers', program)
  return {
    name: `${task}-${table}${suffix}-${threads}t`,
    rows,
    columns: tables[table]!.columns,
    threads,
    peer: { name: 'lightgbm', version: peers.version('lightgbm') },
    async prepare() {
      makeTable(table, tables[table]!)
      if (!existsSync(model)) await runChild(peers.python, [python('train-model.py'), about, model, String(leaves)])
    },
    ours: () =>
      runChild(process.execPath, [
        program,
        about,
        model,
        String(threads),
        String(rows),
        outputOf('ours'),
        String(calls),
      ]),
    theirs: () =>
      runChild(peers.python, [
        python('score.py'),
        about,
        model,
        String(threads),
        task,
        String(rows),
        outputOf('theirs'),
        String(calls),
      ]),
    compare: async (ours, theirs) => compareValues(ours.output!, theirs.output!),
  }
}
