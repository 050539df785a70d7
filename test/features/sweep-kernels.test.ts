import { expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { BucketReader } from '../../features/sweep/bucket-reader.ts'
import { kernelThread, sweepModule } from '../../features/sweep/kernels/sweep-kernels.ts'
import type { RecordLayout, SweepProgram } from '../../features/sweep/program.ts'

const thread = kernelThread(sweepModule())

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
