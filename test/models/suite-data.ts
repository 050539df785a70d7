import { type Dataset, type Labels, missingCode } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import type { Fit } from '../../models/estimator.ts'

const levels = ['basic', 'plus', 'gold']

/** 600 rows of 300 users: recency and plan matter, the rest is noise, constant or missing. */
export function suiteRows(rowCount = 600, seed = 7): { x: Dataset; y: Labels } {
  const random = createRandom(seed)
  const recency = new Float32Array(rowCount)
  const amount = new Float32Array(rowCount)
  const plan = new Uint16Array(rowCount)
  const y = new Uint8Array(rowCount)
  for (let i = 0; i < rowCount; i++) {
    recency[i] = Math.floor(-40 * Math.log(1 - random.next()))
    amount[i] = random.next() < 0.1 ? Number.NaN : 50 + 10 * random.normal()
    plan[i] = random.next() < 0.05 ? missingCode : random.integer(3)
    const logOdds = -2 + 0.05 * recency[i]! + (plan[i] === 2 ? -1 : 0)
    y[i] = random.next() < 1 / (1 + Math.exp(-logOdds)) ? 1 : 0
  }
  const x: Dataset = {
    names: ['days_since_purchase', 'amount', 'plan', 'constant', 'never_known'],
    columns: [
      { kind: 'number', values: recency },
      { kind: 'number', values: amount },
      { kind: 'category', codes: plan, levels },
      { kind: 'number', values: new Float32Array(rowCount).fill(3) },
      { kind: 'number', values: new Float32Array(rowCount).fill(Number.NaN) },
    ],
    rowCount,
    users: Uint32Array.from({ length: rowCount }, (_, i) => i >> 1),
    cutoffs: new Uint16Array(rowCount).fill(20_000),
  }
  return { x, y }
}

export function fitOn(x: Dataset, y: Labels, rest: Partial<Fit> = {}): Fit {
  return {
    train: x,
    y,
    random: createRandom(11),
    resources: { threads: 1, memoryBytes: 1e9 },
    signal: new AbortController().signal,
    emit: () => {},
    ...rest,
  }
}

export const withWeights = (x: Dataset, weights: Float32Array): Dataset => ({ ...x, weights })
export const rowsOf = (count: number, row: (i: number) => number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, i) => row(i))

/** `x` with row 0 replaced by `value` in every number column and by an unknown or missing level in the category. */
export function strangeRow(x: Dataset, value: number): Dataset {
  const columns = x.columns.map((column) => {
    if (column.kind === 'number') {
      const values = column.values.slice()
      values[0] = value
      return { ...column, values }
    }
    const codes = column.codes.slice()
    codes[0] = Number.isNaN(value) ? missingCode : column.levels.length
    return { ...column, codes, levels: [...column.levels, 'never seen'] }
  })
  return { ...x, columns }
}

/** The same data with the levels of the category in another order, codes to match. */
export function recoded(x: Dataset): Dataset {
  const columns = x.columns.map((column) =>
    column.kind === 'number'
      ? column
      : {
          ...column,
          levels: [...column.levels].reverse(),
          codes: column.codes.map((code) => (code === missingCode ? code : column.levels.length - 1 - code)),
        },
  )
  return { ...x, columns }
}
