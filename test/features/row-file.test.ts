import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { kernelThread, sweepModule } from '../../features/sweep/kernels/sweep-kernels.ts'
import type { Stretches } from '../../features/refresh/kept-file.ts'
import { decodeRows, encodeRows, type RowRange } from '../../features/refresh/row-file.ts'

const missing = 65_535

const thread = kernelThread(sweepModule())

/** One after the other, each on a boundary of its own. */
function stretchesOf(bytes: Uint8Array): Stretches {
  let at = 0
  const room = thread.space.uint8(1_024)
  return {
    take: (length) => {
      room.set(bytes.subarray(at, (at += length)))
      return room.subarray(0, length)
    },
  }
}

/** The file. */
function encoded(range: RowRange, ids: Uint32Array): Uint8Array {
  const sections: Uint8Array[] = []
  encodeRows(range, ids, { thread, write: (bytes) => sections.push(bytes.slice()) })
  return Uint8Array.from(sections.flatMap((section) => [...section]))
}

const awkward = [0, -0, 1, 254, 255, 256, 65_534, 65_535, 65_536, -1, 0.5, Number.NaN, 16_777_216, 1e-40]

const labelled = (codes: readonly number[], isOfSeveral: boolean) => ({
  labels: Uint8Array.from(codes, (code) => code % 2),
  churnKinds: Uint16Array.from(codes, (code) => (code % 3 === 0 ? missing : 1)),
  isExample: isOfSeveral ? Uint8Array.from(codes, (code) => (code % 5) % 2) : null,
})

test('rows come back bit for bit, whatever their columns hold: whole numbers, fractions, -0, missing ones', () => {
  const numbers = fc.array(fc.oneof(fc.constantFrom(...awkward), fc.integer({ min: 0, max: 300 }), fc.float()), {
    minLength: 45,
    maxLength: 45,
  })
  fc.assert(
    fc.property(
      fc.array(numbers, { maxLength: 5 }),
      fc.array(fc.nat(missing), { minLength: 45, maxLength: 45 }),
      (columns, codes) => {
        const shared = (length: number) => new SharedArrayBuffer(length)
        const floats = columns.map((column) => {
          const made = new Float32Array(shared(45 * 4))
          made.set(column.map((value) => (Number.isNaN(value) ? Number.NaN : value)))
          return made
        })
        const category = Uint16Array.from(codes)
        const range = {
          columns: [...floats, category],
          predictions: [labelled(codes, false), labelled(codes.toReversed(), true)],
          from: 2,
          rows: 41,
        }
        const ids = Uint32Array.from(codes.slice(0, 41), (code) => code * 65_537)
        const into = {
          columns: range.columns.map((column) => column.slice().fill(0)),
          predictions: [
            labelled(
              codes.map(() => 1),
              false,
            ),
            labelled(
              codes.map(() => 1),
              true,
            ),
          ],
          from: 1,
          rows: 41,
        }
        expect(decodeRows(stretchesOf(encoded(range, ids)), into, thread)).toEqual(ids)
        const bitsOf = (array: { buffer: ArrayBufferLike; BYTES_PER_ELEMENT: number }, from: number) => [
          ...new Uint8Array(array.buffer, from * array.BYTES_PER_ELEMENT, 41 * array.BYTES_PER_ELEMENT),
        ]
        for (const [j, column] of range.columns.entries())
          expect(bitsOf(into.columns[j]!, 1)).toEqual(bitsOf(column, 2))
        const told = ({ predictions, from }: RowRange) =>
          predictions.map((one) =>
            [one.labels, one.churnKinds, one.isExample].map((array) => array?.slice(from, from + 41)),
          )
        expect(told(into)).toEqual(told(range))
      },
    ),
    { numRuns: 60, seed: 1 },
  )
})

test('counts below 255 take a byte each: 1,000 rows of one take less than 9,000 bytes with all their keys', () => {
  const range = {
    columns: [new Float32Array(1_000).fill(7)],
    predictions: [
      labelled(
        Array.from({ length: 1_000 }, () => 0),
        false,
      ),
    ],
    from: 0,
    rows: 1_000,
  }
  expect(encoded(range, new Uint32Array(1_000)).length).toBe(32 + 4_000 + 1_024 + 2_016 + 32 + 1_024)
})
