import { closeSync, existsSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { IntegerPiece } from '../../engines/column-scanner.ts'
import { EventArena } from '../../features/sweep/event-arena.ts'
import { layOut } from '../../features/sweep/record-layout.ts'
import { SpillFile } from '../../features/sweep/spill-file.ts'
import { SweepPool } from '../../features/sweep/sweep-pool.ts'
import { readWhole } from '../../features/sweep/whole-file.ts'

const layout = layOut({
  userBits: 2,
  typeBits: 8,
  categoryBits: 16,
  channelBits: 0,
  microBits: 20,
  delayBits: 0,
  lateBits: 0,
  flags: 0,
  amount: true,
  quantity: false,
  isWide: false,
})
const [type, category, micro] = [layout.type!, layout.category!, layout.micro!]
/** The second, a byte, a half, and words that share a word with others or have one of their own. */
const places = [{ word: 0, shift: 0 }, type, category, micro, { word: layout.amount!, shift: 0 }]
const users = 11
const buckets = 3

interface Row {
  readonly user: number
  readonly parts: readonly number[]
}

const rowOf = fc.record({
  user: fc.nat(users - 1),
  parts: fc.tuple(fc.nat(2 ** 31 - 1), fc.nat(255), fc.nat(65_535), fc.nat(999_999), fc.integer({ min: -5, max: 5 })),
})

function pieceOf(rows: readonly Row[]): IntegerPiece {
  const part = (at: number): number[] => rows.map(({ parts }) => parts[at]!)
  const user = Int32Array.from(rows, (row) => row.user)
  const columns = [user, Int32Array.from(part(0)), Uint8Array.from(part(1)), Uint16Array.from(part(2))]
  return { rows: rows.length, columns: [...columns, Int32Array.from(part(3)), Int32Array.from(part(4))] }
}

/** Records by bucket, in order of arrival. */
function plainRecords(rows: readonly Row[]): number[][] {
  const records = Array.from({ length: buckets }, (): number[] => [])
  for (const { user, parts } of rows) {
    const record = Array.from({ length: layout.words }, () => 0)
    record[1] = user % 4
    for (const [at, { word, shift }] of places.entries()) record[word]! |= parts[at]! << shift
    records[user >>> 2]!.push(...record)
  }
  return records
}

function arenaRecords(pieces: readonly (readonly Row[])[], limits: { events: number; memoryBytes: number }) {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-arena-'))
  const path = join(folder, 'spilled.bin')
  const file = new SpillFile(path)
  try {
    const arena = new EventArena({ layout, places, userCount: users, file, ...limits })
    for (const rows of pieces) arena.add(pieceOf(rows))
    const { memory, blockWords, from, blocks, events } = arena.finish()
    const read = (block: number): Int32Array => {
      if (memory !== null) return memory.slice(block * blockWords, (block + 1) * blockWords)
      const [words, opened] = [new Int32Array(blockWords), openSync(path, 'r')]
      readSync(opened, words, 0, blockWords * 4, block * blockWords * 4)
      closeSync(opened)
      return words
    }
    const records = Array.from(events, (count, b) =>
      [...blocks.subarray(from[b], from[b + 1])].flatMap((block) => [...read(block)]).slice(0, count * layout.words),
    )
    return { records, isSpilled: existsSync(path) }
  } finally {
    file.close()
    rmSync(folder, { recursive: true })
  }
}

test('records of 1 to 4,500 rows are those of a plain loop, by bucket and in order of arrival, in memory and spilled', () => {
  const pieces = fc.array(fc.tuple(rowOf, fc.integer({ min: 1, max: 1_500 })), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(pieces, fc.boolean(), (seeds, isSmall) => {
      const rows = seeds.map(([seed, count]) =>
        Array.from({ length: count }, (_, i) => ({
          user: (seed.user + i * i) % users,
          parts: seed.parts.map((part, at) => (at === 4 ? part - i : (part + i) % [2 ** 31, 256, 65_536, 1e6][at]!)),
        })),
      )
      const { records } = arenaRecords(rows, { events: rows.flat().length, memoryBytes: isSmall ? 1 : 1e9 })
      expect(records).toEqual(plainRecords(rows.flat()))
    }),
    { numRuns: 10, seed: 1 },
  )
})

test('40 pieces of 2,000 rows go to the file where memory holds one byte, and none where it holds all', () => {
  const piece = Array.from({ length: 2_000 }, (_, i) => ({ user: i % users, parts: [i, i % 256, i, i, -i] }))
  const pieces = Array.from({ length: 40 }, () => piece)
  const small = arenaRecords(pieces, { events: 80_000, memoryBytes: 1 })
  const large = arenaRecords(pieces, { events: 80_000, memoryBytes: 1e9 })
  expect([small.isSpilled, large.isSpilled]).toEqual([true, false])
  expect(small.records).toEqual(large.records)
  expect(small.records.map((words) => words.length / layout.words)).toEqual([29_120, 29_120, 21_760])
})

test('user_index 11 of 11 users is refused, -1 too, and so is the 4,097th event where room is for four blocks', () => {
  const add = (rows: readonly Row[]) => (): unknown => arenaRecords([rows], { events: 1, memoryBytes: 1e9 })
  const parts = [0, 0, 0, 0, 0]
  expect(add([{ user: 11, parts }])).toThrow('event of user_index 11, but there are 11 users')
  expect(add([{ user: -1, parts }])).toThrow('event of user_index -1, but there are 11 users')
  const many = Array.from({ length: 2_048 }, () => ({ user: 0, parts }))
  const all = (): unknown => arenaRecords([many, many, many], { events: 1, memoryBytes: 1e9 })
  expect(all).toThrow('more events than the 1 that were counted')
})

test('of a file of 10 bytes 7 are read from byte 3 on, and 8 are refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-arena-'))
  const path = join(folder, 'ten')
  writeFileSync(
    path,
    Uint8Array.from({ length: 10 }, (_, i) => i),
  )
  const file = openSync(path, 'r')
  const bytes = new Uint8Array(7)
  readWhole(file, bytes, 3)
  expect([...bytes]).toEqual([3, 4, 5, 6, 7, 8, 9])
  expect(() => readWhole(file, new Uint8Array(8), 3)).toThrow('it ends too early')
  closeSync(file)
  rmSync(folder, { recursive: true })
})

test('a thread that ended before it was asked is a failure, and nobody waits for it', async () => {
  const pool = new SweepPool(1)
  await pool.close()
  const none = new Int32Array(1)
  const restore = { kind: 'restore', next: none, files: [], cancelled: none } as const
  const into = { columns: [], keys: { users: new Uint32Array(0), cutoffs: new Uint16Array(0), predictions: [] } }
  await expect(pool.run({ ...restore, into })).rejects.toThrow('the sweep stopped: it ended')
})
