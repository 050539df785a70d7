import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../../core/hash.ts'
import { createRandom } from '../../core/random.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine } from '../../engines/engine.ts'
import { ParquetEncoder, parquetModule } from '../../engines/parquet-encoder.ts'
import { writeParquet, type ParquetColumn, type PieceEncoder } from '../../engines/write-parquet.ts'

let folder: string
let engine: Engine
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-parquet-'))
  engine = await openDuckDb({ threads: 1, memoryBytes: 5e8, tempDirectory: join(folder, 'spill') })
})
afterAll(async () => {
  await engine.close()
  await rm(folder, { recursive: true, force: true })
})

const file = (name: string): string => join(folder, `${name}.parquet`)

test('five rows of every type, with what is missing as NULL', async () => {
  await writeParquet(file('types'), [
    { name: 'id', type: 'integer', values: Uint32Array.of(7, 0, 2_147_483_647, 1, 2) },
    { name: 'day', type: 'date', values: Uint16Array.of(0, 1, 19_782, 365, 65_535) },
    { name: 'single', type: 'number', values: Float32Array.of(0.5, Number.NaN, -1e30, 3, 4) },
    { name: 'zeros', type: 'number', values: Float32Array.of(-0, 0, Number.NaN, -0, Number.POSITIVE_INFINITY) },
    { name: 'kind', type: 'text', codes: Uint16Array.of(1, 65_535, 0, 0, 1), levels: ['ä', 'b"c'] },
    { name: 'none', type: 'text', codes: new Uint16Array(5).fill(65_535), levels: [] },
    { name: 'empty', type: 'number', values: new Float32Array(5).fill(Number.NaN) },
  ])
  const rows = await engine.rows(`SELECT * FROM read_parquet('${file('types')}')`)
  expect(rows).toEqual([
    { id: 7, day: '1970-01-01', single: 0.5, zeros: -0, kind: 'b"c', none: null, empty: null },
    { id: 0, day: '1970-01-02', single: null, zeros: 0, kind: null, none: null, empty: null },
    {
      id: 2_147_483_647,
      day: '2024-02-29',
      single: Math.fround(-1e30),
      zeros: null,
      kind: 'ä',
      none: null,
      empty: null,
    },
    { id: 1, day: '1971-01-01', single: 3, zeros: -0, kind: 'ä', none: null, empty: null },
    { id: 2, day: '2149-06-06', single: 4, zeros: Number.POSITIVE_INFINITY, kind: 'b"c', none: null, empty: null },
  ])
})

test.each([1, 2, 3, 16, 17, 256, 257, 300])(
  '%i distinct whole numbers among 1,001 rows, every tenth missing',
  async (distinct) => {
    const values = Float32Array.from({ length: 1_001 }, (_, i) => (i % 10 === 3 ? Number.NaN : (i * 7) % distinct))
    await writeParquet(file('distinct'), [{ name: 'v', type: 'number', values }])
    const rows = await engine.rows(`SELECT v FROM read_parquet('${file('distinct')}')`)
    expect(rows.map(({ v }) => v)).toEqual(Array.from(values, (value) => (Number.isNaN(value) ? null : value)))
  },
)

test('two groups of rows: 130,000 random values, sums told by the engine; no column and no row', async () => {
  const random = createRandom('parquet')
  const n = 130_000
  const small = Float32Array.from({ length: n }, () => random.integer(5))
  const codes = Uint16Array.from({ length: n }, () => random.integer(1_000))
  const columns: ParquetColumn[] = [
    { name: 'small', type: 'number', values: small },
    { name: 'text', type: 'text', codes, levels: Array.from({ length: 1_000 }, (_, i) => String(i)) },
  ]
  await writeParquet(file('groups'), columns)
  await writeParquet(file('again'), columns)
  expect(sha256(await readFile(file('groups')))).toBe(sha256(await readFile(file('again'))))
  const [row] = await engine.rows(
    `SELECT COUNT(*) AS n, SUM(small) AS small, SUM(CAST(text AS INTEGER)) AS text FROM read_parquet('${file('groups')}')`,
  )
  const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0)
  expect(row).toEqual({ n, small: sum(small), text: sum(codes) })
  await writeParquet(file('no-rows'), [{ name: 'v', type: 'number', values: new Float32Array(0) }])
  expect(await engine.rows(`SELECT v FROM read_parquet('${file('no-rows')}')`)).toEqual([])
  await expect(
    writeParquet(file('uneven'), [...columns, { name: 'v', type: 'number', values: new Float32Array(3) }]),
  ).rejects.toThrow('column "v": 3 rows, expected 130000')
})

test('20 columns in five pieces, two ahead: released in order, three at most kept; nothing stays of a file that fails or is given up', async () => {
  const columns = Array.from({ length: 20 }, (_, j): ParquetColumn => ({
    name: `v${j}`,
    type: 'number',
    values: Float32Array.of(j, j, 0.5),
  }))
  const thread = new ParquetEncoder(parquetModule())
  let most = 0
  const encoderThat = (begin: (piece: number) => void): PieceEncoder => {
    const kept: number[] = []
    let asked = 0
    return {
      atOnce: 2,
      encode: async (some, rows) => {
        const piece = asked++
        begin(piece)
        kept.push(piece)
        most = Math.max(most, kept.length)
        return { ...thread.encode(some, rows, piece), release: () => expect(kept.shift()).toBe(piece) }
      },
    }
  }
  await writeParquet(file('pieces'), columns, { encoder: encoderThat(() => undefined) })
  await writeParquet(file('in-place'), columns)
  expect(sha256(await readFile(file('pieces')))).toBe(sha256(await readFile(file('in-place'))))
  expect(most).toBe(3)
  const failing = encoderThat((piece) => {
    if (piece === 3) throw new Error('piece 3')
  })
  await expect(writeParquet(file('failed'), columns, { encoder: failing })).rejects.toThrow('piece 3')
  const given = new AbortController()
  const stopping = encoderThat((piece) => {
    if (piece === 3) given.abort(new Error('given up'))
  })
  await expect(writeParquet(file('failed'), columns, { encoder: stopping, signal: given.signal })).rejects.toThrow(
    'given up',
  )
  expect((await readdir(folder)).filter((name) => name.startsWith('failed'))).toEqual([])
})
