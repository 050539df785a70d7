import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MeasureFeature, Measurement } from '../../features/definition.ts'
import { FeaturePass } from '../../features/sweep/feature-pass.ts'
import { kernelThread, sweepModule } from '../../features/sweep/kernels/sweep-kernels.ts'
import { measureShares } from '../../features/sweep/measure-shares.ts'
import { type MeasureCode, type RecordLayout, status, type SweepProgram } from '../../features/sweep/program.ts'

const baseDay = 100
const users = 8
const secondsPerDay = 86_400

interface Event {
  readonly second: number
  readonly type: number
  readonly category: number
  readonly channel: number
  readonly isFlagged: boolean
  readonly cents: number
  readonly items: number
}

const walked: readonly Measurement[] = [
  { measure: 'count' },
  { measure: 'last' },
  { measure: 'first' },
  { measure: 'activeDays' },
  ...(['mean', 'sd', 'max', 'count', 'first'] as const).map((of) => ({ measure: 'gaps', of }) as const),
  { measure: 'gaps', of: 'daysSinceReturn', silentDays: 3 },
  { measure: 'intervals', of: 'mean' },
  { measure: 'intervals', of: 'sd' },
  ...(['sum', 'mean', 'min', 'max'] as const).flatMap((measure) =>
    (['amount', 'quantity'] as const).map((of) => ({ measure, of })),
  ),
  { measure: 'distinct', of: 'category' },
  { measure: 'distinct', of: 'channel' },
]
const overColumns: readonly Measurement[] = [
  { measure: 'lastLevel', of: 'category' },
  { measure: 'lastValue', of: 'amount' },
  { measure: 'sessions', of: 'totalMinutes', inactivityMinutes: 30 },
]

function layoutOf(isWide: boolean): RecordLayout {
  const field = (word: number, shift: number, bits: number) => ({ word, shift, bits })
  return {
    words: isWide ? 7 : 5,
    user: field(1, 0, 3),
    type: field(1, 3, 3),
    flags: [field(1, 6, 1)],
    category: field(2, 0, 7),
    channel: field(2, 7, 7),
    micro: null,
    delay: null,
    late: null,
    amount: 3,
    quantity: isWide ? 5 : 4,
    isWide,
  }
}

/** Every event; one type; two types; no type; those that the engine marked. */
const conditions: SweepProgram['conditions'] = [
  { by: 'all' },
  { by: 'type', hits: Uint8Array.of(0, 0, 1, 0, 0) },
  { by: 'type', hits: Uint8Array.of(0, 1, 0, 1, 0) },
  { by: 'type', hits: Uint8Array.of(0, 0, 0, 0, 0) },
  { by: 'flag', flag: 0 },
]

interface Case {
  readonly cutoffs: readonly number[]
  readonly isWide: boolean
  readonly delayDays: number
  /** Measures that need columns. */
  readonly others: readonly Measurement[]
}

/** Window 0 has a beginning, so that all history is told apart from it. */
function programOf({ cutoffs, isWide, delayDays, others }: Case): SweepProgram {
  const words = { kind: 'measure', name: 'x', description: '', family: 'custom', unit: 'x', actionable: false } as const
  const code = (what: Measurement, condition: number, window: number, whenEmpty: 'zero' | 'missing'): MeasureCode => {
    const span = { lookbackDays: window === 0 ? 7 : 'lifetime', offsetDays: 0 } as const
    return {
      feature: { ...words, ...what, ...span, whenEmpty } as MeasureFeature,
      window,
      condition,
      filled: condition,
    }
  }
  const measures = [
    code({ measure: 'count' }, 0, 0, 'zero'),
    ...[...walked, ...others].flatMap((what) =>
      conditions.flatMap((_, c) => (['zero', 'missing'] as const).map((whenEmpty) => code(what, c, 1, whenEmpty))),
    ),
  ]
  return {
    mode: 'score',
    cutoffs,
    delaysDays: [delayDays],
    baseDay,
    layout: layoutOf(isWide),
    conditions,
    windows: [
      { lookbackDays: 7, offsetDays: 0 },
      { lookbackDays: null, offsetDays: 0 },
    ],
    measures,
    derived: [],
    outputs: measures.map((_, slot) => ({ name: `f${slot}`, slot, kind: 'number' })),
    spine: null,
    logarithms: new Float64Array(0),
    levels: { category: 64, channel: 5 },
  }
}

function wordsOf(event: Event, user: number, isWide: boolean): number[] {
  const value = (of: number): number[] => (isWide ? [of | 0, Math.floor(of / 2 ** 32)] : [of])
  const code = user | (event.type << 3) | (Number(event.isFlagged) << 6)
  return [event.second, code, event.category | (event.channel << 7), ...value(event.cents), ...value(event.items)]
}

/** Values of every measure, by slot; rows by cutoff, then by user, at the first of the cutoffs. */
function valuesOf(program: SweepProgram, { events, isRow, first }: Drawn): number[][] {
  const { cutoffs, layout, measures } = program
  const rows = Uint8Array.from({ length: users * cutoffs.length }, (_, at) => {
    const user = Math.floor(at / cutoffs.length)
    const k = at % cutoffs.length
    const isExample = k < first && events[user]!.length > 0 && isRow[user * first + k]!
    return isExample ? status.example : status.unseen
  })
  const rowStart = new Int32Array(cutoffs.length)
  let count = 0
  for (let k = 0; k < cutoffs.length; k++) {
    rowStart[k] = count
    for (let u = 0; u < users; u++) count += Number(rows[u * cutoffs.length + k] === status.example)
  }
  const columns = measures.map(() => new Float64Array(count))
  const predictions = [{ labels: new Uint8Array(count), churnKinds: new Uint16Array(count), isExample: null }]
  const keys = { users: new Uint32Array(count), cutoffs: new Uint16Array(count), predictions }
  const own = kernelThread(sweepModule())
  const pass = new FeaturePass(program, { spine: { rows, statuses: [rows] }, columns, keys }, own)
  const records = own.space.int32(layout.words * events.flat().length + 1)
  records.set(events.flatMap((some, u) => some.flatMap((event) => wordsOf(event, u, layout.isWide))))
  const start = own.space.int32(users + 1).fill(0)
  const counts = own.space.int32(users).fill(0)
  for (const [u, { length }] of events.entries()) {
    counts[u] = length
    start[u + 1] = start[u]! + length
  }
  const unused = (): never => {
    throw new Error('is at hand')
  }
  pass.makeRows({ records, start, counts, sort: unused, read: unused }, 0, rowStart)
  return columns.map((column) => [...column])
}

interface Drawn {
  /** By user, the oldest first. */
  readonly events: readonly (readonly Event[])[]
  /** How many of the program's cutoffs have rows. */
  readonly first: number
  /** Entry user * first + cutoff. */
  readonly isRow: readonly boolean[]
}

const anyEvent = (lastSecond: number, isWide: boolean): fc.Arbitrary<Event> => {
  const value = isWide ? fc.integer({ min: -(2 ** 40), max: 2 ** 40 }) : fc.integer({ min: -5_000, max: 2 ** 31 - 1 })
  return fc.record({
    second: fc.oneof(fc.integer({ min: 0, max: lastSecond }), fc.integer({ min: 0, max: 3 * secondsPerDay })),
    type: fc.integer({ min: 0, max: 4 }),
    category: fc.integer({ min: 0, max: 64 }),
    channel: fc.integer({ min: 0, max: 5 }),
    isFlagged: fc.boolean(),
    cents: value,
    items: value,
  })
}

test.each<Case>([
  { cutoffs: [130], isWide: false, delayDays: 0, others: [] },
  { cutoffs: [130], isWide: true, delayDays: 2, others: overColumns },
  { cutoffs: [102, 103, 110, 133], isWide: false, delayDays: 2, others: overColumns },
  { cutoffs: [125, 132], isWide: true, delayDays: 0, others: [] },
])(
  'measures of all history at cutoffs $cutoffs, told by walks over the records: those over columns, bit for bit; two words of money: $isWide, seen $delayDays days late',
  (given) => {
    const { cutoffs, isWide, others } = given
    const program = programOf(given)
    // A cutoff without rows, far from the others, brings every measure over columns.
    const twin = programOf({ ...given, cutoffs: [...cutoffs, 200] })
    const told = walked.length * conditions.length * 2
    expect(measureShares(program).walked).toEqual(Array.from({ length: told }, (_, i) => i + 1))
    expect(measureShares(program).whole).toHaveLength(others.length * conditions.length * 2)
    expect(measureShares(twin).walked).toEqual([])
    const lastSecond = (cutoffs.at(-1)! + 3 - baseDay) * secondsPerDay
    const first = cutoffs.length
    const some = fc.array(anyEvent(lastSecond, isWide), { maxLength: 30 })
    const drawn = fc.record({
      events: fc.array(some, { minLength: users, maxLength: users }),
      isRow: fc.array(fc.boolean(), { minLength: users * first, maxLength: users * first }),
    })
    fc.assert(
      fc.property(drawn, ({ events, isRow }) => {
        const inOrder = events.map((own) => [...own].sort((a, b) => a.second - b.second))
        const rows = { events: inOrder, isRow, first }
        expect(valuesOf(program, rows)).toEqual(valuesOf(twin, rows))
      }),
      { numRuns: 8, seed: 5 },
    )
  },
)
