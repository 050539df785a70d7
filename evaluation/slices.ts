import type { SliceReport } from '../core/artifacts.ts'
import { type Labels, type Probabilities, gather } from '../core/dataset.ts'
import type { Random } from '../core/random.ts'
import type { Emit } from '../core/stage.ts'
import { evaluateModels } from './bootstrap.ts'
import type { Metric } from './metric.ts'

/** A way to divide the rows: row i belongs to levels[codes[i]]; a code past the levels = `(missing)`. */
export interface Slice {
  readonly name: string
  readonly codes: Uint16Array | Uint8Array
  readonly levels: readonly string[]
}

export interface SliceInput {
  readonly model: string
  readonly y: Labels
  readonly p: Probabilities
  readonly users: Uint32Array
  readonly threshold?: number
  readonly slices: readonly Slice[]
  readonly metrics: readonly Metric[]
  readonly replicates: number
  readonly random: Random
  readonly signal?: AbortSignal
  readonly emit?: Emit
}

/** slices.json: the metrics of one model on test, by level of each slice, largest level first; empty levels left out. */
export async function evaluateSlices(input: SliceInput): Promise<SliceReport> {
  const report: SliceReport = { model: input.model, part: 'test', slices: [] }
  for (const slice of input.slices) {
    const levels = [...rowsByLevel(slice)].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
    for (const [value, rows] of levels) report.slices.push(await evaluateSlice(input, slice.name, value, rows))
  }
  return report
}

async function evaluateSlice(input: SliceInput, slice: string, value: string, rows: Uint32Array) {
  const y = gather(input.y, rows, new Uint8Array(rows.length))
  const p = gather(input.p, rows, new Float64Array(rows.length))
  const users = gather(input.users, rows, new Uint32Array(rows.length))
  const random = input.random.child(`${slice}/${value}`)
  const { metrics, replicates, signal, emit } = input
  const models = [{ name: input.model, p, threshold: input.threshold }]
  const [evaluated] = await evaluateModels({ y, users, models, metrics, replicates, random, signal, emit })
  let churners = 0
  for (const label of y) churners += label
  return {
    slice,
    value,
    rows: rows.length,
    users: new Set(users).size,
    baseRate: churners / rows.length,
    metrics: { ...evaluated!.metrics },
  }
}

function rowsByLevel({ codes, levels }: Slice): Map<string, Uint32Array> {
  const rows = new Map<string, number[]>()
  codes.forEach((code, row) => {
    const level = levels[code] ?? '(missing)'
    const kept = rows.get(level)
    if (kept) kept.push(row)
    else rows.set(level, [row])
  })
  return new Map([...rows].map(([level, list]) => [level, Uint32Array.from(list)]))
}
