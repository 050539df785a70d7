import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EbbError } from '../../core/errors.ts'
import type { Engine } from '../../engines/engine.ts'
import { readDataset, type DatasetSpec } from '../../engines/read-dataset.ts'
import { failure, openTestEngine } from './temporary-folder.ts'

const spec: DatasetSpec = {
  users: 'user_index',
  cutoffs: 'cutoff',
  label: 'label',
  features: [
    { name: 'tier', kind: 'category' },
    { name: 'orders', kind: 'number' },
    { name: 'spend', kind: 'number' },
  ],
  context: ['stage', 'tier'],
}
const four = `SELECT * FROM (VALUES
  (0, DATE '2026-01-01', 1, 'low', 3, 0.1, 'new'), (1, DATE '2026-01-01', 0, NULL, NULL, NULL, 'active'),
  (0, DATE '2026-01-15', 0, 'high', 16777215, -2.5, 'new'), (7, DATE '1970-01-01', 1, 'Å', 0, 1e30, NULL)
) t(user_index, cutoff, label, tier, orders, spend, stage)`

const options = (engine: Engine & { folder: string }, threads = 2) => ({
  threads,
  memoryBytes: 1e9,
  tempDirectory: join(engine.folder, 'spill'),
})

async function readSql(sql: string, wanted = spec) {
  const engine = await openTestEngine()
  const parts = await engine.pull(sql, engine.folder)
  return readDataset(parts, wanted, options(engine))
}

describe('readDataset', () => {
  it('four rows: float32 numbers, NaN for NULL, sorted levels, cutoffs as days, labels, context', async () => {
    const { dataset, labels, context } = await readSql(four)
    expect(dataset.names).toEqual(['tier', 'orders', 'spend'])
    expect(dataset.rowCount).toBe(4)
    expect([...dataset.users]).toEqual([0, 1, 0, 7])
    expect([...dataset.cutoffs]).toEqual([20_454, 20_454, 20_468, 0])
    expect([...labels!]).toEqual([1, 0, 0, 1])
    const [tier, orders, spend] = dataset.columns
    expect(tier).toEqual({ kind: 'category', codes: Uint16Array.of(1, 65_535, 0, 2), levels: ['high', 'low', 'Å'] })
    expect(orders).toEqual({ kind: 'number', values: Float32Array.of(3, Number.NaN, 16_777_215, 0) })
    expect(spend).toEqual({ kind: 'number', values: Float32Array.of(0.1, Number.NaN, -2.5, 1e30) })
    expect(context).toEqual([
      { name: 'stage', codes: Uint16Array.of(1, 0, 1, 65_535), levels: ['active', 'new'] },
      { name: 'tier', codes: Uint16Array.of(1, 65_535, 0, 2), levels: ['high', 'low', 'Å'] },
    ])
    for (const array of [dataset.users, dataset.cutoffs, labels!, (orders as { values: Float32Array }).values])
      expect(array.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  it('in the order of cutoffs: 1970, 1 January, 1 January, 15 January; every column goes along', async () => {
    const { dataset, labels, context } = await readSql(four, { ...spec, order: 'cutoffs' })
    expect([...dataset.cutoffs]).toEqual([0, 20_454, 20_454, 20_468])
    expect([...dataset.users]).toEqual([7, 0, 1, 0])
    expect([...labels!]).toEqual([1, 1, 0, 0])
    const [tier, orders] = dataset.columns
    expect(tier).toMatchObject({ codes: Uint16Array.of(2, 1, 65_535, 0) })
    expect(orders).toMatchObject({ values: Float32Array.of(0, 3, Number.NaN, 16_777_215) })
    expect(context[0]!.codes).toEqual(Uint16Array.of(65_535, 1, 0, 1))
  })

  it('agrees with the slow obvious reading, row by row, at 1 and 2 threads and over several parts', async () => {
    const engine = await openTestEngine()
    const sql = `SELECT i AS user_index, DATE '2026-01-01' + (i % 3)::INTEGER AS cutoff, i % 2 AS label,
      CASE WHEN i % 11 = 0 THEN NULL ELSE 't' || (i % 300) END AS tier, (hash(i) % 5000)::INTEGER AS orders,
      CASE WHEN i % 7 = 0 THEN NULL ELSE i / 3.0 END AS spend, 's' || (i % 4) AS stage FROM range(150000) t(i)`
    const paths = [0, 1, 2].map((part) => join(engine.folder, `p${part}.parquet`))
    for (const [part, path] of paths.entries())
      await engine.write(`SELECT * FROM (${sql}) WHERE user_index % 3 = ${part} ORDER BY user_index`, path)
    const rows = await engine.rows(`SELECT * FROM read_parquet([${paths.map((path) => `'${path}'`).join(', ')}])`, {
      limit: 150_000,
    })
    for (const threads of [1, 2]) {
      const { dataset, labels, context } = await readDataset({ paths, rows: 150_000 }, spec, options(engine, threads))
      const [tier, orders, spend] = dataset.columns as unknown as [EitherColumn, EitherColumn, EitherColumn]
      const bad = rows.findIndex(
        (row, i) =>
          dataset.users[i] !== row['user_index'] ||
          labels![i] !== row['label'] ||
          (tier.levels![tier.codes![i]!] ?? null) !== row['tier'] ||
          orders.values![i] !== row['orders'] ||
          !Object.is(spend.values![i], row['spend'] === null ? Number.NaN : Math.fround(row['spend'] as number)) ||
          context[0]!.levels[context[0]!.codes[i]!] !== row['stage'],
      )
      expect(bad).toBe(-1)
    }
  })

  it('three parts in the order of cutoffs: by cutoff, then by part, then as they lie in the part, at 1 and 2 threads', async () => {
    const engine = await openTestEngine()
    const paths = [2, 0, 1].map((part) => join(engine.folder, `c${part}.parquet`))
    for (const [part, path] of paths.entries())
      await engine.write(
        `SELECT ${part} * 10000 + i AS user_index, DATE '1970-01-01' + ((i * 7) % 5)::INTEGER AS cutoff,
         ${part} * 10000 + i AS x FROM range(5000) t(i) ORDER BY i`,
        path,
      )
    const rows = Array.from({ length: 15_000 }, (_, at) => ({ part: Math.floor(at / 5_000), i: at % 5_000 }))
    const cutoff = ({ i }: { readonly i: number }): number => (i * 7) % 5
    const expected = rows.toSorted((a, b) => cutoff(a) - cutoff(b)).map(({ part, i }) => part * 10_000 + i)
    const wanted = {
      users: 'user_index',
      cutoffs: 'cutoff',
      features: [{ name: 'x', kind: 'number' }],
      order: 'cutoffs',
    } as const
    for (const threads of [1, 2]) {
      const { dataset } = await readDataset({ paths, rows: 15_000 }, wanted, options(engine, threads))
      expect([...dataset.users]).toEqual(expected)
      expect(dataset.columns).toEqual([{ kind: 'number', values: Float32Array.from(expected) }])
    }
  })

  it('codes do not depend on the order of rows', async () => {
    const a = await readSql(four)
    const b = await readSql(`SELECT * FROM (${four}) ORDER BY user_index DESC, cutoff DESC`)
    expect(b.context[1]!.levels).toEqual(a.context[1]!.levels)
  })

  it('no rows, and a category that is always NULL, give empty columns and no levels', async () => {
    const none = await readSql(`SELECT * FROM (${four}) WHERE false`)
    expect([none.dataset.rowCount, none.labels!.length, none.context[0]!.levels]).toEqual([0, 0, []])
    const nulls = await readSql(`SELECT * REPLACE (NULL::VARCHAR AS tier) FROM (${four})`)
    expect(nulls.dataset.columns[0]).toEqual({ kind: 'category', codes: new Uint16Array(4).fill(65_535), levels: [] })
  })

  it('without a label there are no labels; BOOLEAN labels and features are 0 and 1', async () => {
    const unlabelled = await readSql(four, { ...spec, label: undefined })
    expect(unlabelled.labels).toBeUndefined()
    const { labels, dataset } = await readSql(
      `SELECT * REPLACE (label = 1 AS label, label = 1 AS orders) FROM (${four})`,
    )
    expect([...labels!]).toEqual([1, 0, 0, 1])
    expect(dataset.columns[1]).toEqual({ kind: 'number', values: Float32Array.of(1, 0, 0, 1) })
  })

  it.each([
    ['16777217 AS orders', 'feature "orders": integer too large to be exact as a 32-bit float'],
    ["'many' AS orders", 'feature "orders": not a number, expected a numeric column, got VARCHAR'],
    ["'inf'::DOUBLE AS spend", 'feature "spend": not a finite number'],
    ['1e300 AS spend', 'out of range'],
    ['2 AS label', 'label "label": not 0 or 1, got 4 other values'],
    ['NULL::INTEGER AS label', 'dataset column "label": holds NULL'],
    ['NULL::INTEGER AS user_index', 'dataset column "user_index": holds NULL'],
    ['NULL::DATE AS cutoff', 'dataset column "cutoff": holds NULL'],
    ["DATE '1969-12-31' AS cutoff", 'out of range'],
  ])('%s is refused', async (replacement, message) => {
    const error = await failure(readSql(`SELECT * REPLACE (${replacement}) FROM (${four})`))
    expect(error.kind).toBe('data')
    expect(error.message).toContain(message)
  })

  it('missing columns are named together; other row counts and 65,535 levels are refused', async () => {
    const error = await failure(readSql(`SELECT * EXCLUDE (orders, stage) FROM (${four})`))
    expect(error.message).toContain('dataset: columns missing: orders, stage, got user_index, cutoff')
    const engine = await openTestEngine()
    const parts = await engine.pull(four, engine.folder)
    const counted = await failure(readDataset({ ...parts, rows: 5 }, spec, options(engine)))
    expect(counted.message).toContain('another number of rows, expected 5, got 4')
    const levels = (count: number): string =>
      `SELECT i AS user_index, DATE '2026-01-01' AS cutoff, 0 AS label, 't' || i AS tier, 1 AS orders, 1.0 AS spend, 's' AS stage FROM range(${count}) t(i)`
    expect((await failure(readSql(levels(65_535)))).message).toContain('too many different texts for a category')
    const most = await readSql(levels(65_534))
    expect(most.context[1]!.levels.length).toBe(65_534)
    expect(Math.max(...most.context[1]!.codes)).toBe(65_533)
  })

  it('a part whose last rows cannot be read is refused, never filled up with zeros', async () => {
    const engine = await openTestEngine()
    const rows = `SELECT CAST(range AS INTEGER) AS user_index, DATE '2026-01-01' AS cutoff, 0 AS label, 'low' AS tier,
      hash(range) % 1000003 AS orders, random() AS spend, 'new' AS stage FROM range(400000)`
    const path = join(engine.folder, 'damaged.parquet')
    await engine.write(rows, path)
    const [last] = await engine.rows(
      `SELECT data_page_offset AS at, total_compressed_size AS bytes FROM parquet_metadata('${path}')
       WHERE path_in_schema = 'spend' ORDER BY row_group_id DESC LIMIT 1`,
    )
    const file = await open(path, 'r+')
    const half = Math.floor(Number(last!['bytes']) / 2)
    await file.write(new Uint8Array(half).fill(0xa5), 0, half, Number(last!['at']) + half)
    await file.close()
    const parts = { paths: [path], rows: 400_000 }
    await expect(readDataset(parts, spec, options(engine))).rejects.toThrow(EbbError)
  })
})

/** A column of either kind, for the row by row comparison. */
type EitherColumn = { values?: Float32Array; codes?: Uint16Array; levels?: readonly string[] }
