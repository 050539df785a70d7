import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { ParquetEncoder, parquetModule } from '../../engines/parquet-encoder.ts'
import type { ParquetColumn, RowRange } from '../../engines/write-parquet.ts'
import { plainChunk } from './plain-parquet.ts'

// One encoder for all cases: what earlier ones left in its memory must not show.
const encoder = new ParquetEncoder(parquetModule())

function expectTheSame(columns: readonly ParquetColumn[], rows: RowRange, place = 0): void {
  const plain = columns.map((column) => plainChunk(column, rows))
  const { bytes, chunks } = encoder.encode(columns, rows, place)
  expect(chunks).toEqual(plain.map(({ bytes, dictionaryBytes }) => ({ bytes, dictionaryBytes })))
  expect(Buffer.from(bytes).equals(Buffer.from(plain.flatMap(({ content }) => content)))).toBe(true)
}

const number = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45),
  },
  fc.float(),
)
const columnOf = (n: number): fc.Arbitrary<ParquetColumn> => {
  const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: n, maxLength: n })
  const codes = fc.oneof(fc.constant(65_535), fc.integer({ min: 0, max: 4 }))
  return fc.oneof(
    some(number).map((values) => ({ name: 'n', type: 'number' as const, values: Float32Array.from(values) })),
    some(fc.constantFrom(0, 1, 2 ** 31 - 1, 2_143_289_344, 7)).map((values) => ({
      name: 'i',
      type: 'integer' as const,
      values: Uint32Array.from(values),
    })),
    some(fc.nat(400)).map((values) => ({ name: 'd', type: 'date' as const, values: Uint16Array.from(values) })),
    some(fc.nat(1)).map((values) => ({ name: 'b', type: 'integer' as const, values: Uint8Array.from(values) })),
    some(codes).map((values) => ({
      name: 't',
      type: 'text' as const,
      codes: Uint16Array.from(values),
      levels: ['', 'ä', 'b', 'c', 'd'],
    })),
  )
}

test('any columns, any rows of them, in any place: the bytes of the plain twin', () => {
  const cases = fc
    .nat(70)
    .chain((n) => fc.tuple(fc.array(columnOf(n), { minLength: 1, maxLength: 4 }), fc.nat(n), fc.nat(n), fc.nat(2)))
  fc.assert(
    fc.property(cases, ([columns, a, b, place]) =>
      expectTheSame(columns, { from: Math.min(a, b), to: Math.max(a, b) }, place),
    ),
    { numRuns: 200, seed: 1 },
  )
})

test.each([1, 2, 256, 257, 8_192, 8_193])(
  '%i distinct fractions, each three times, also with every fifth missing: a dictionary up to 8,192',
  (distinct) => {
    const all = Float32Array.from({ length: distinct * 3 }, (_, i) => ((i * 7) % distinct) / 3 - 40)
    const holes = all.map((value, i) => (i % 5 === 0 ? Number.NaN : value))
    const columns: ParquetColumn[] = [all, holes].map((values) => ({ name: 'v', type: 'number', values }))
    expectTheSame(columns, { from: 0, to: all.length })
    const { chunks } = encoder.encode(columns, { from: 0, to: all.length }, 0)
    expect(chunks[0]!.dictionaryBytes > 0).toBe(distinct <= 8_192)
  },
)

test('bits that fall on one place of the table, 5,000 and 33,000 texts, a column that is all missing, and no row', () => {
  // Of 2,048 integers 2^20 apart, hashes differ in few bits.
  const far = Uint32Array.from({ length: 6_144 }, (_, i) => ((i % 2_048) * 2 ** 20) % 2 ** 31)
  const random = createRandom('texts')
  const codes = Uint16Array.from(far, () => (random.integer(9) === 0 ? 65_535 : random.integer(5_000)))
  const levels = Array.from({ length: 5_000 }, (_, i) => `text ${i}`)
  const most = Uint16Array.from({ length: 6_144 }, (_, i) => (i * 37) % 33_000)
  const many = new Array<string>(33_000).fill('')
  const columns: ParquetColumn[] = [
    { name: 'far', type: 'integer', values: far },
    { name: 'texts', type: 'text', codes, levels },
    { name: 'most', type: 'text', codes: most, levels: many },
    { name: 'missing', type: 'number', values: new Float32Array(6_144).fill(Number.NaN) },
  ]
  expectTheSame(columns, { from: 0, to: 6_144 }, 1)
  expectTheSame(columns.slice(2), { from: 6_144, to: 6_144 }, 1)
})
