import { expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import type { MeasureFeature, Measurement } from '../../features/definition.ts'
import { BatchRows } from '../../features/sweep/batch-rows.ts'
import { kernelThread, sweepModule } from '../../features/sweep/kernels/sweep-kernels.ts'
import { makeMeasure } from '../../features/sweep/measures.ts'
import type { MeasureCode, SweepProgram, WindowCode } from '../../features/sweep/program.ts'
import { Registers } from '../../features/sweep/registers.ts'
import { UserEvents } from '../../features/sweep/user-events.ts'
import { WindowEdges } from '../../features/sweep/window-edges.ts'

const secondsPerDay = 86_400
const delayDays = 2

interface PlainEvent {
  readonly second: number
  readonly day: number
  readonly type: number
  readonly category: number
  readonly channel: number
  readonly cents: number
}

type Plain = (hits: readonly PlainEvent[], cutoff: number) => number

const days = (hits: readonly PlainEvent[]): number[] => [...new Set(hits.map(({ day }) => day))]
const gapsOf = (hits: readonly PlainEvent[]): number[] =>
  days(hits).flatMap((day, j, all) => (j > 0 ? [day - all[j - 1]!] : []))
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
const orNaN = (isThere: boolean, value: number): number => (isThere ? value : Number.NaN)
const distinct = (values: readonly number[]): number => new Set(values.filter((code) => code > 0)).size

/** sqrt((n S2 - S1^2) / (n (n - 1))) with integers of any length, rounded once before the division. */
function spread(steps: readonly number[]): number {
  const n = steps.length
  const sum = steps.reduce((sum, step) => sum + BigInt(step), 0n)
  const squares = steps.reduce((sum, step) => sum + BigInt(step) ** 2n, 0n)
  return orNaN(n > 1, Math.sqrt(Number(BigInt(n) * squares - sum * sum) / (n * (n - 1))))
}

const intervals = (hits: readonly PlainEvent[]): number[] =>
  hits.slice(1).map(({ second }, j) => second - hits[j]!.second)

function entropy(codes: readonly number[]): number {
  const counts = [...new Set(codes)].map((code) => codes.filter((other) => other === code).length)
  const logs = total(counts.map((n) => Math.round(n * Math.log(n) * 1e10)))
  return counts.length === 1 ? 0 : Math.log(codes.length) - logs / 1e10 / codes.length
}

const measurements: readonly (readonly [Measurement, 'zero' | 'missing', Plain])[] = [
  [{ measure: 'count' }, 'zero', (hits) => hits.length],
  [{ measure: 'sum', of: 'amount' }, 'zero', (hits) => total(hits.map(({ cents }) => cents)) / 100],
  [{ measure: 'last' }, 'missing', (hits, cutoff) => orNaN(hits.length > 0, cutoff - (hits.at(-1)?.day ?? 0))],
  [{ measure: 'first' }, 'missing', (hits, cutoff) => orNaN(hits.length > 0, cutoff - (hits[0]?.day ?? 0))],
  [{ measure: 'activeDays' }, 'zero', (hits) => days(hits).length],
  [{ measure: 'gaps', of: 'max' }, 'missing', (hits) => orNaN(days(hits).length > 1, Math.max(...gapsOf(hits)))],
  [{ measure: 'gaps', of: 'sd' }, 'missing', (hits) => spread(gapsOf(hits))],
  [{ measure: 'distinct', of: 'category' }, 'zero', (hits) => distinct(hits.map(({ category }) => category))],
  [{ measure: 'distinct', of: 'channel' }, 'zero', (hits) => distinct(hits.map(({ channel }) => channel))],
  [
    { measure: 'levels', of: 'category', statistic: 'entropy' },
    'missing',
    (hits) => {
      const codes = hits.flatMap(({ category }) => (category > 0 ? [category] : []))
      return orNaN(codes.length > 0, entropy(codes))
    },
  ],
  [
    { measure: 'intervals', of: 'mean' },
    'missing',
    (hits) => orNaN(hits.length > 1, total(intervals(hits)) / ((hits.length - 1) * secondsPerDay)),
  ],
  [{ measure: 'intervals', of: 'sd' }, 'missing', (hits) => spread(intervals(hits)) / secondsPerDay],
]

/** By condition: every event, two sets of types, events that the engine marked. */
const meets: readonly ((event: PlainEvent) => boolean)[] = [
  () => true,
  ({ type }) => type === 2,
  ({ type }) => type === 1 || type === 3,
  ({ cents }) => cents % 2 === 1,
]

const windows: readonly WindowCode[] = [
  { lookbackDays: null, offsetDays: 0 },
  { lookbackDays: 7, offsetDays: 0 },
  { lookbackDays: 30, offsetDays: 5 },
  { lookbackDays: 300, offsetDays: 0 },
  { lookbackDays: 50_000, offsetDays: 1 },
  { lookbackDays: 60, offsetDays: 40_000 },
]

function codeOf(what: Measurement, whenEmpty: 'zero' | 'missing', condition: number, window: number): MeasureCode {
  const { lookbackDays, offsetDays } = windows[window]!
  const words = { kind: 'measure', name: 'x', description: '', family: 'custom', unit: 'x', actionable: false } as const
  const span = { lookbackDays: lookbackDays ?? 'lifetime', offsetDays } as const
  return { feature: { ...words, ...what, ...span, whenEmpty } as MeasureFeature, condition, window, filled: condition }
}

function programOf(levels: SweepProgram['levels'], cutoffs: readonly number[]): SweepProgram {
  const field = (word: number, shift: number, bits: number) => ({ word, shift, bits })
  const layout = {
    words: 4,
    user: field(1, 0, 3),
    type: field(1, 3, 3),
    category: field(2, 0, 7),
    channel: field(2, 7, 7),
    flags: [field(1, 6, 1)],
    amount: 3,
    micro: null,
    delay: null,
    late: null,
    quantity: null,
    isWide: false,
  }
  const conditions = [
    { by: 'all' },
    { by: 'type', hits: Uint8Array.from([0, 0, 1, 0, 0]) },
    { by: 'type', hits: Uint8Array.from([0, 1, 0, 1, 0]) },
    { by: 'flag', flag: 0 },
  ] as const
  const spans = { cutoffs, delaysDays: [delayDays], baseDay: 100, windows }
  const logarithms = Float64Array.from({ length: 9 }, (_, n) => Math.log(n))
  const rest = { mode: 'score', measures: [], derived: [], outputs: [], spine: null } as const
  return { ...rest, ...spans, layout, conditions, logarithms, levels }
}

test.each([
  { category: 24, channel: 5, told: 'both columns in one set of 64 bits' },
  { category: 60, channel: 64, told: 'a set for each' },
  { category: 65, channel: 3, told: 'counted one by one' },
])(
  'measures of 6 users with 0 to 2,000 events, 24 cutoffs, windows of 7 to 50,000 days: the plain loops, bit for bit; levels $told',
  ({ category, channel }) => {
    const random = createRandom(`measures ${category}`)
    const draw = (below: number): number => random.integer(below)
    const thread = kernelThread(sweepModule())
    // From 1970 on to 2038, some of the users within a few weeks: intervals of seconds and of decades.
    const cutoffs = [
      ...new Set(Array.from({ length: 24 }, (_, k) => (k < 12 ? 900 + 11 * k : 1_032 + draw(23_000)))),
    ].sort((a, b) => a - b)
    const program = programOf({ category, channel }, cutoffs)
    const lastSecond = Math.min(2 ** 31 - 1, (cutoffs.at(-1)! - delayDays - program.baseDay) * secondsPerDay - 1)
    const users = [0, 1, 40, 2_000, 300, 3].map((count, u) =>
      Array.from({ length: count }, (): PlainEvent => {
        const isWide = u % 2 === 0 || draw(30) === 0
        const second = isWide ? draw(lastSecond) : 700 * secondsPerDay + draw(300 * secondsPerDay)
        const day = program.baseDay + Math.floor(second / secondsPerDay)
        const codes = { type: draw(5), category: draw(category + 1), channel: draw(channel + 1) }
        return { second, day, ...codes, cents: draw(100_000) }
      }).sort((a, b) => a.second - b.second),
    )
    const records = thread.space.int32(4 * users.flat().length + 4)
    for (const [i, { second, type, category, channel, cents }] of users.flat().entries())
      records.set([second, (type << 3) | ((cents % 2) << 6), category | (channel << 7), cents], 4 * i)
    const events = new UserEvents(program, 'features', thread)
    const rows = new BatchRows(program, users.length * cutoffs.length, thread)
    const asked = users.flatMap((_, u) => cutoffs.flatMap((cutoff) => (draw(4) > 0 ? [{ u, cutoff }] : [])))
    const inOrder = [...asked].sort((a, b) => a.cutoff - b.cutoff || a.u - b.u)
    let from = 0
    for (const [u, { length }] of users.entries()) {
      events.add(from, length)
      from += 4 * length
      rows.add(asked.filter((row) => row.u === u).length)
    }
    rows.order.set(asked.map((row) => inOrder.indexOf(row)))
    rows.cutoff.set(inOrder.map(({ cutoff }) => cutoff))

    const registers = new Registers(program, events)
    const edges = new WindowEdges(windows, program, rows, thread)
    const cases = measurements.flatMap(([what, whenEmpty, plain]) =>
      meets.flatMap((meet, condition) =>
        windows.map((window, w) => {
          const code = codeOf(what, whenEmpty, condition, w)
          return {
            evaluate: makeMeasure({ code, program, registers }),
            meet,
            plain,
            code,
            window,
            rows: edges.windows[w]!,
          }
        }),
      ),
    )
    events.readAdded(records)
    registers.prepare()
    edges.find(events, rows)
    const values = thread.space.float64(rows.count + 8)
    for (const { evaluate, meet, plain, code, window, rows } of cases) {
      evaluate(rows, values, 5)
      const expected = inOrder.map(({ u, cutoff }) => {
        const end = cutoff - window.offsetDays - delayDays
        const start = window.lookbackDays === null ? -Infinity : end - window.lookbackDays
        return plain(
          users[u]!.filter((event) => event.day >= start && event.day < end && meet(event)),
          cutoff,
        )
      })
      const { feature, condition } = code
      expect([feature.measure, condition, window, ...values.subarray(5, 5 + inOrder.length)]).toEqual([
        feature.measure,
        condition,
        window,
        ...expected,
      ])
    }
  },
)
