import { expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { BucketJudge } from '../../features/sweep/bucket-judge.ts'
import { type BucketEvents, BucketReader } from '../../features/sweep/bucket-reader.ts'
import { KernelSpace } from '../../features/sweep/kernels/kernel-space.ts'
import { kernelThread, sweepModule } from '../../features/sweep/kernels/sweep-kernels.ts'
import {
  type ConditionCode,
  type LabelCode,
  type RecordLayout,
  status,
  statusCount,
  type SweepProgram,
} from '../../features/sweep/program.ts'
import { SpinePass } from '../../features/sweep/spine-pass.ts'
import type { SpineTask, SweepSetup } from '../../features/sweep/tasks.ts'

const thread = kernelThread(sweepModule())

test('rooms of a kernel space come in powers of two, one that is given back is handed out again, and beyond 4 GB it says which users are meant', () => {
  const space = new KernelSpace()
  const first = space.int32(1_000)
  expect(space.int32(1_000).byteOffset).toBe(first.byteOffset + 4_096)
  space.giveBack(first)
  expect(space.uint8(2_049).byteOffset).toBe(first.byteOffset)
  expect(() => space.float64(2 ** 30)).toThrow(/a user has more events than the sweep can hold at once/)
  expect(() => space.float64(2 ** 28)).not.toThrow()
})

test('the last room of a kernel space ends 65,536 bytes before 4 GB: where it ended at 4 GB, an address behind it would be 0', () => {
  const space = new KernelSpace()
  for (let power = 31; power >= 17; power--) space.uint8(2 ** power)
  expect(() => space.uint8(2 ** 16)).toThrow(/a user has more events/)
})

const userBits = 3
const blockEvents = 16

/** Fields that nobody reads are only carried along; the last word tells the records apart. */
function layoutOf(words: number, hasMicro: boolean): RecordLayout {
  const user = { word: 1, shift: 0, bits: userBits }
  const micro = hasMicro ? { word: 1, shift: userBits, bits: 20 } : null
  const none = { type: null, category: null, channel: null, delay: null, late: null, flags: [] }
  return { words, user, micro, ...none, amount: null, quantity: null, isWide: false }
}

test.each([
  { words: 2, hasMicro: false },
  { words: 2, hasMicro: true },
  { words: 3, hasMicro: true },
  { words: 4, hasMicro: false },
  { words: 5, hasMicro: true },
  { words: 6, hasMicro: false },
])(
  'records of $words words, microseconds $hasMicro: each bucket comes by user, then by moment, equal moments as they came, and the same again when it is read again',
  ({ words, hasMicro }) => {
    const random = createRandom(`records ${words}`)
    const draw = (below: number): number => random.integer(below)
    const layout = layoutOf(words, hasMicro)
    const buckets = [0, 1, 37, 700].map((count) =>
      Array.from({ length: count }, (_, i) => {
        // Mostly ascending, as a log is read, with pieces from before; few seconds, so that many moments are the same.
        const second = draw(3) === 0 ? draw(40) : i >> 3
        const user = draw(5) === 0 ? 2 : draw(2 ** userBits)
        const micro = hasMicro ? draw(3) : 0
        return { second, user, micro, i, rest: Array.from({ length: words - 2 }, () => draw(2 ** 31)) }
      }),
    )
    const from = Int32Array.from([0, 0, 1, 4, 48])
    const blockWords = blockEvents * words
    const memory = new Int32Array(new SharedArrayBuffer(blockWords * 48 * 4))
    for (const [b, records] of buckets.entries()) {
      const packed = records.flatMap(({ second, user, micro, rest }) => [second, user | (micro << userBits), ...rest])
      memory.set(packed, from[b]! * blockWords)
    }
    const blocks = Int32Array.from({ length: 48 }, (_, block) => block)
    const events = Int32Array.from(buckets, ({ length }) => length)
    const userEvents = new Int32Array(new SharedArrayBuffer(buckets.length * 2 ** userBits * 4))
    const data = { blockWords, memory, file: null, from, blocks, events }
    const reader = new BucketReader({ layout } as SweepProgram, data, { userEvents, thread })
    const told = (): unknown =>
      Array.from({ length: 2 ** userBits }, (_, u) => {
        const first = reader.start[u]! * words
        return [...reader.records.subarray(first, first + reader.counts[u]! * words)]
      })
    for (const [b, records] of buckets.entries()) {
      const expected = Array.from({ length: 2 ** userBits }, (_, u) =>
        records
          .filter(({ user }) => user === u)
          .sort((a, b) => a.second - b.second || a.micro - b.micro || a.i - b.i)
          .flatMap(({ second, user, micro, rest }) => [second, user | (micro << userBits), ...rest]),
      )
      reader.sort(b)
      expect(told()).toEqual(expected)
      reader.sort((b + 1) % buckets.length)
      reader.read(b)
      expect(told()).toEqual(expected)
    }
  },
)

interface Judging {
  readonly cutoffs: number
  readonly delay: number
  readonly mode: SweepProgram['mode']
  readonly eligible: number | null
  readonly labels: readonly LabelCode[]
}

/** Types 0 .. 3 at bit 3 of word 1; their lowest bit is also a flag, which is the last condition. */
function programOf({ cutoffs, delay, mode, eligible, labels }: Judging): SweepProgram {
  const isClosed = Uint8Array.from({ length: cutoffs }, (_, k) => (k % 7 === 5 ? 0 : 1))
  const open = new Uint8Array(cutoffs).fill(1)
  return {
    mode,
    cutoffs: Array.from({ length: cutoffs }, (_, k) => 103 + 2 * k),
    delaysDays: [delay],
    baseDay: 100,
    layout: {
      ...layoutOf(3, false),
      type: { word: 1, shift: userBits, bits: 2 },
      flags: [{ word: 1, shift: userBits, bits: 1 }],
    },
    conditions: [{ by: 'all' }, { by: 'type', hits: Uint8Array.of(1, 1, 1, 0) }, { by: 'flag', flag: 0 }],
    windows: [],
    measures: [],
    derived: [],
    outputs: [],
    logarithms: new Float64Array(0),
    levels: { category: 0, channel: 0 },
    spine: {
      labels,
      eligible: eligible === null ? null : { condition: eligible, withinDays: 9 },
      predictions: [
        { gapDays: 3, horizonDays: 11, labels: [...labels.keys()], isClosed },
        { gapDays: 3, horizonDays: 4, labels: [0], isClosed: open },
      ],
    },
  }
}

const silent = (condition: number): LabelCode => ({ kind: 'no_event_in_window', condition })
const came = (condition: number): LabelCode => ({ kind: 'event_in_window', condition })

test.each<Judging>([
  { cutoffs: 1, delay: 0, mode: 'label', eligible: 0, labels: [silent(1)] },
  { cutoffs: 6, delay: 2, mode: 'label', eligible: null, labels: [came(2), silent(1), silent(0), came(1)] },
  { cutoffs: 6, delay: 0, mode: 'score', eligible: 2, labels: [silent(1), came(2)] },
  { cutoffs: 16, delay: 1, mode: 'label', eligible: 1, labels: [came(2)] },
  { cutoffs: 52, delay: 0, mode: 'label', eligible: 1, labels: [silent(2), came(1)] },
  { cutoffs: 131, delay: 1, mode: 'label', eligible: 2, labels: [silent(1), silent(2)] },
])(
  '$cutoffs cutoffs, delay $delay, mode $mode, $labels: whoever a bucket is judged with has the status that is judged user by user, and is counted once',
  (judging) => {
    const random = createRandom(`judge ${judging.cutoffs}`)
    const program = programOf(judging)
    const users = 90
    const cutoffs = judging.cutoffs
    const records = thread.space.int32(users * 20 * 3)
    const start = thread.space.int32(users)
    const counts = thread.space.int32(users)
    let end = 0
    for (let u = 0; u < users; u++) {
      start[u] = end
      counts[u] = random.integer(4) === 0 ? 0 : random.integer(20)
      const seconds = Array.from({ length: counts[u]! }, () => random.integer((2 * cutoffs + 20) * 86_400))
      for (const second of seconds.sort((a, b) => a - b))
        records.set([second, (u % 8) | (random.integer(4) << userBits), -1], 3 * end++)
    }
    const events: BucketEvents = { records, start, counts, sort: () => undefined, read: () => undefined }
    const setup = setupOf({ ...program, layout: { ...program.layout, user: { word: 1, shift: 0, bits: 9 } } }, users)
    const task = taskOf(setup)
    const judge = new BucketJudge(setup, task, thread)
    judge.judge(events, 0, users)
    judge.finish()
    const byType: ConditionCode = { by: 'type', hits: Uint8Array.of(0, 1, 0, 1) }
    const plain = { ...program, conditions: [...program.conditions.slice(0, 2), byType] }
    const pass = new SpinePass(plain, program.spine!, thread)
    const expected = [new Uint8Array(users * cutoffs), new Uint8Array(users * cutoffs)]
    for (let u = 0; u < users; u++)
      if (counts[u]! > 0) {
        pass.read(records, 3 * start[u]!, counts[u]!)
        pass.judge(expected, u * cutoffs)
      }
    expect(setup.statuses).toEqual(expected)
    expect(setup.rows).toEqual(expected[0]!.map((one, i) => Math.max(one, expected[1]![i]!)))
    for (let k = 0; k < cutoffs; k++) {
      const at = Array.from({ length: users }, (_, u) => u * cutoffs + k)
      expect(task.rowCounts[k]).toBe(at.filter((i) => setup.rows[i]! >= status.example).length)
      for (let p = 0; p < 2; p++)
        for (let s = 1; s < statusCount; s++)
          expect(task.population[(k * 2 + p) * statusCount + s]).toBe(at.filter((i) => expected[p]![i] === s).length)
    }
  },
)

const integers = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(length * 4))

function setupOf(program: SweepProgram, userCount: number): SweepSetup {
  const pairs = userCount * program.cutoffs.length
  const blocks = { ...emptyBlocks, events: integers(1) }
  const statuses = [new Uint8Array(pairs), new Uint8Array(pairs)]
  const rest = { userEvents: integers(512), cancelled: integers(1), kept: null }
  return { program, userCount, blocks, statuses, rows: new Uint8Array(pairs), ...rest }
}

const emptyBlocks = { blockWords: 3, memory: null, file: null, from: integers(2), blocks: integers(0) }

function taskOf({ program, statuses }: SweepSetup): SpineTask {
  const cutoffs = program.cutoffs.length
  const population = integers(cutoffs * statuses.length * statusCount)
  return { kind: 'spine', next: integers(1), isGiven: false, rowCounts: integers(cutoffs), population, made: null }
}
