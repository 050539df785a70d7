import { expect, test } from 'vitest'
import { missingCode } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import { formulaNames, type FormulaName, type MeasureFeature } from '../../features/definition.ts'
import { FeaturePass } from '../../features/sweep/feature-pass.ts'
import { kernelThread, sweepModule } from '../../features/sweep/kernels/sweep-kernels.ts'
import { status, type DerivedCode, type SweepProgram } from '../../features/sweep/program.ts'
import { SweepFormulas } from '../../features/sweep/sweep-formulas.ts'

const thread = kernelThread(sweepModule())
const over = (a: number, b: number): number => (b === 0 ? Number.NaN : a / b)
const sumOf = (values: readonly number[]): number => values.slice(1).reduce((sum, value) => sum + value, values[0]!)
const missingOr = (value: number, result: number): number => (Number.isNaN(value) ? Number.NaN : result)

/** features/formula.ts in numbers, one row. */
const formulas: Readonly<Record<FormulaName, (inputs: readonly number[], limit: number) => number>> = {
  ratio: ([a, b]) => over(a!, b!),
  difference: ([a, b]) => a! - b!,
  product: ([a, b]) => a! * b!,
  share: ([a, b]) => over(a!, a! + b!),
  decay: ([a, b]) => over(a! + 1, b! + 1),
  fade: ([a, b], limit) => over(a!, over(b!, limit) + 1),
  slope: (all) => {
    const k = all.length
    return (sumOf(all.map((value, x) => (2 * x - (k - 1)) * value)) * 6) / (k * (k * k - 1))
  },
  rate: ([a, b], limit) => over(a!, b! > limit ? limit : b!),
  below: ([a], limit) => missingOr(a!, a! < limit ? 1 : 0),
  countPositive: (all) => sumOf(all.map((value) => missingOr(value, value > 0 ? 1 : 0))),
  sum: sumOf,
  largest: (all) => {
    const known = all.filter((value) => !Number.isNaN(value))
    return known.length === 0 ? Number.NaN : Math.max(...known)
  },
  concentration: (all) => over(sumOf(all.map((value) => value * value)), sumOf(all) * sumOf(all)),
  shift: (all) => {
    const [now, then] = [all.slice(0, all.length / 2), all.slice(all.length / 2)]
    const [a, b] = [sumOf(now), sumOf(then)]
    return over(sumOf(now.map((value, i) => Math.abs(value * b - then[i]! * a))), 2 * a * b)
  },
}
const inputCounts: Readonly<Partial<Record<FormulaName, number>>> = {
  below: 1,
  slope: 5,
  countPositive: 4,
  sum: 3,
  largest: 3,
  concentration: 3,
  shift: 6,
}

test.each(formulaNames.map((formula) => ({ formula })))(
  'formula $formula over 301 rows with gaps, zeros and a divisor of 0: the doubles of plain arithmetic, with 0 for a missing one where that is asked for',
  ({ formula }) => {
    const random = createRandom(formula)
    const count = inputCounts[formula] ?? 2
    const rows = 301
    const values = thread.space.float64((count + 2) * 304)
    for (let i = 0; i < values.length; i++)
      values[i] =
        random.integer(9) === 0 ? Number.NaN : [0, -1, random.integer(5), random.next() * 100][random.integer(4)]!
    const from = Array.from({ length: count }, (_, slot) => slot)
    const derived = (['missing', 'zero'] as const).map((whenEmpty): DerivedCode => ({
      formula,
      whenEmpty,
      from,
      limit: 2.5,
    }))
    const addressOf = (slot: number): number => values.byteOffset + 8 * 304 * slot
    new SweepFormulas(derived, { first: count, addressOf }, thread).compute(rows)
    for (let r = 0; r < rows; r++) {
      const expected = formulas[formula](
        from.map((slot) => values[slot * 304 + r]!),
        2.5,
      )
      const found = [values[count * 304 + r]!, values[(count + 1) * 304 + r]!]
      expect([r, ...found]).toEqual([r, expected, Number.isNaN(expected) ? 0 : expected])
    }
  },
)

const users = 600
const userBits = 9
const baseDay = 19_000

/** One measure (events so far), its square, and 1 or missing as a category and as a number. */
function programOf(cutoffCount: number, isWide: boolean): SweepProgram {
  const feature = { kind: 'measure', measure: 'count', whenEmpty: 'zero' } as MeasureFeature
  const none = { type: null, category: null, channel: null, micro: null, delay: null, late: null, flags: [] }
  const derived = (formula: FormulaName, limit = Number.NaN): DerivedCode => ({
    formula,
    from: [0, 0],
    limit,
    whenEmpty: 'missing',
  })
  return {
    mode: 'label',
    cutoffs: Array.from({ length: cutoffCount }, (_, k) => baseDay + 5 + 7 * k),
    delaysDays: [0],
    baseDay,
    layout: { words: 2, user: { word: 1, shift: 0, bits: userBits }, ...none, amount: null, quantity: null, isWide },
    conditions: [{ by: 'all' }],
    windows: [{ lookbackDays: null, offsetDays: 0 }],
    measures: [{ feature, window: 0, condition: 0, filled: 0 }],
    derived: [derived('product'), derived('ratio')],
    outputs: [
      { name: 'count', slot: 0, kind: 'number' },
      { name: 'square', slot: 1, kind: 'number' },
      { name: 'level', slot: 2, kind: 'category' },
      { name: 'one', slot: 2, kind: 'number' },
    ],
    spine: null,
    logarithms: new Float64Array(0),
    levels: { category: 0, channel: 0 },
  }
}

interface Row {
  readonly user: number
  readonly k: number
  readonly seen: number
}

test.each([
  { cutoffCount: 1, isWide: false },
  { cutoffCount: 6, isWide: false },
  { cutoffCount: 70, isWide: true },
  { cutoffCount: 96, isWide: false },
])(
  'two buckets of 512 and 88 users, $cutoffCount cutoffs, users one by one $isWide: every row is where cutoff, then user puts it, with its values, labels and one pattern of bits for missing',
  ({ cutoffCount, isWide }) => {
    const random = createRandom(`rows ${cutoffCount}`)
    const program = programOf(cutoffCount, isWide)
    const { cutoffs } = program
    const draws = Array.from({ length: 2 }, () => [status.unseen, status.inactive, status.example, 5, 6])
    const statuses = draws.map((of) => Uint8Array.from({ length: users * cutoffCount }, () => of[random.integer(5)]!))
    const rows = statuses[0]!.map((one, at) => Math.max(one, statuses[1]![at]!))
    const seconds = Array.from({ length: users }, () =>
      Array.from({ length: random.integer(4) * random.integer(9) }, () =>
        random.integer((cutoffs.at(-1)! + 3 - baseDay) * 86_400),
      ).sort((a, b) => a - b),
    )
    const expected = cutoffs.flatMap((cutoff, k) =>
      seconds.flatMap((own, user): Row[] => {
        if (own.length === 0 || rows[user * cutoffCount + k]! < status.example) return []
        return [{ user, k, seen: own.filter((second) => second < (cutoff - baseDay) * 86_400).length }]
      }),
    )
    const { length } = expected
    const columns = [
      new Float32Array(length),
      new Float64Array(length),
      new Uint16Array(length),
      new Float64Array(length),
    ]
    const predictions = [true, false].map((isFirst) => ({
      labels: new Uint8Array(length),
      churnKinds: new Uint16Array(length),
      isExample: isFirst ? new Uint8Array(length) : null,
    }))
    const keys = { users: new Uint32Array(length), cutoffs: new Uint16Array(length), predictions }
    const rowStart = new Int32Array(2 * cutoffCount)
    for (let k = 0; k < cutoffCount; k++) {
      const at = expected.findIndex((row) => row.k >= k)
      const second = expected.findIndex((row) => row.k > k || (row.k === k && row.user >= 512))
      rowStart[k] = at < 0 ? length : at
      rowStart[cutoffCount + k] = second < 0 ? length : second
    }
    const pass = new FeaturePass(program, { spine: { rows, statuses }, columns, keys }, thread)
    for (const bucket of [1, 0]) {
      const own = seconds.slice(bucket * 512, (bucket + 1) * 512)
      const start = thread.space.int32(513).fill(0)
      for (const [u, events] of own.entries()) start[u + 1] = start[u]! + events.length
      const counts = thread.space.int32(512).fill(0)
      counts.set(own.map((events) => events.length))
      const flat = own.flatMap((events, u) => events.flatMap((second) => [second, u]))
      const records = thread.space.int32(flat.length)
      records.set(flat)
      const unused = (): never => {
        throw new Error('is at hand')
      }
      pass.makeRows({ records, start, counts, sort: unused, read: unused }, bucket, rowStart)
    }
    expect([...keys.users]).toEqual(expected.map(({ user }) => user))
    expect([...keys.cutoffs]).toEqual(expected.map(({ k }) => cutoffs[k]!))
    expect([...columns[0]!]).toEqual(expected.map(({ seen }) => seen))
    expect([...columns[1]!]).toEqual(expected.map(({ seen }) => seen * seen))
    expect([...columns[2]!]).toEqual(expected.map(({ seen }) => (seen === 0 ? missingCode : 0)))
    const bits = new BigUint64Array(columns[3]!.buffer)
    expect(new Set(bits)).toEqual(new Set([0x7ff8_0000_0000_0000n, 0x3ff0_0000_0000_0000n]))
    expect(expected.every(({ seen }, i) => Number.isNaN(columns[3]![i]!) === (seen === 0))).toBe(true)
    for (const [p, { labels, churnKinds, isExample }] of predictions.entries()) {
      const judged = expected.map(({ user, k }) => statuses[p]![user * cutoffCount + k]!)
      expect([...labels]).toEqual(judged.map((one) => (one > status.example ? 1 : 0)))
      expect([...churnKinds]).toEqual(judged.map((one) => (one > status.example ? one - status.churned : missingCode)))
      if (isExample !== null) expect([...isExample]).toEqual(judged.map((one) => (one >= status.example ? 1 : 0)))
    }
  },
)

test('one user, seen once 40 days before the cutoff: 0 events of the last 7 days, days since the last of them missing, 40 since the last of all', () => {
  const cutoff = baseDay + 40
  const last = { kind: 'measure', measure: 'last', whenEmpty: 'missing' } as MeasureFeature
  const count = { kind: 'measure', measure: 'count', whenEmpty: 'zero' } as MeasureFeature
  const byType = { by: 'type', hits: Uint8Array.of(1) } as const
  const program: SweepProgram = {
    ...programOf(1, false),
    cutoffs: [cutoff],
    conditions: [{ by: 'all' }, byType],
    windows: [
      { lookbackDays: 7, offsetDays: 0 },
      { lookbackDays: null, offsetDays: 0 },
    ],
    measures: [
      { feature: count, window: 0, condition: 0, filled: 0 },
      { feature: last, window: 0, condition: 0, filled: 0 },
      { feature: last, window: 0, condition: 1, filled: 0 },
      { feature: last, window: 1, condition: 0, filled: 0 },
    ],
    derived: [],
    outputs: [0, 1, 2, 3].map((slot) => ({ name: `f${slot}`, slot, kind: 'number' })),
  }
  const columns = program.outputs.map(() => new Float32Array(1))
  const predictions = [{ labels: new Uint8Array(1), churnKinds: new Uint16Array(1), isExample: null }]
  const keys = { users: new Uint32Array(1), cutoffs: new Uint16Array(1), predictions }
  const rows = new Uint8Array(512).fill(status.unseen)
  rows[0] = status.example
  const pass = new FeaturePass(program, { spine: { rows, statuses: [rows] }, columns, keys }, thread)
  const records = thread.space.int32(2).fill(0)
  const counts = thread.space.int32(512).fill(0)
  counts[0] = 1
  const start = thread.space.int32(513).fill(1)
  start[0] = 0
  const unused = (): never => {
    throw new Error('is at hand')
  }
  pass.makeRows({ records, start, counts, sort: unused, read: unused }, 0, new Int32Array(1))
  expect(columns.map(([value]) => value)).toEqual([0, Number.NaN, Number.NaN, 40])
})
