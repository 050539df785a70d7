import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failure, openTestEngine, temporaryFolder } from './temporary-folder.ts'
import { engineSchema, openEngine, parseSize } from '../../engines/registry.ts'

const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

describe('rows', () => {
  it('gives plain values: exact integers as numbers, larger ones as bigint, dates as ISO text, money as number', async () => {
    const engine = await openTestEngine()
    const [row] =
      await engine.rows(`SELECT 3::HUGEINT a, 9007199254740993::BIGINT b, 1.25::DECIMAL(9,2) c, NULL d, true e,
      DATE '2026-01-31' f, TIMESTAMP '2026-01-31 12:00:00' g, TIMESTAMP '2026-01-31 12:00:00.5' h, 'x' i, 0.5 j,
      TIMESTAMPTZ '2026-01-31 12:00:00+02' k, [1, 2] l, sum(2) m, TIMESTAMP_S '2026-01-31 12:00:00' n`)
    expect(row).toEqual({
      a: 3,
      b: 9007199254740993n,
      c: 1.25,
      d: null,
      e: true,
      f: '2026-01-31',
      g: '2026-01-31T12:00:00',
      h: '2026-01-31T12:00:00.5',
      i: 'x',
      j: 0.5,
      k: '2026-01-31T10:00:00Z',
      l: '[1, 2]',
      m: 2,
      n: '2026-01-31T12:00:00',
    })
  })

  it('keeps order over many chunks and returns nothing for an empty result', async () => {
    const engine = await openTestEngine()
    const rows = await engine.rows('SELECT i FROM range(5000) t(i) ORDER BY i DESC')
    expect(rows.length).toBe(5000)
    expect(rows[0]).toEqual({ i: 4999 })
    expect(rows[4999]).toEqual({ i: 0 })
    expect(await engine.rows('SELECT 1 a WHERE false')).toEqual([])
  })

  it('a query that fails in row 700,001 of 1,000,000 fails, and does not end early', async () => {
    const engine = await openTestEngine()
    const sql =
      'SELECT CAST(CASE WHEN range = 700000 THEN 3000000000 ELSE range END AS INTEGER) AS x FROM range(1000000)'
    const error = await failure(engine.rows(sql, { limit: 1_000_000 }))
    expect(error.message).toMatch(/out of range/)
  })

  it('refuses 11 rows with limit 10 rather than cutting', async () => {
    const engine = await openTestEngine()
    expect((await engine.rows('SELECT * FROM range(10)', { limit: 10 })).length).toBe(10)
    const error = await failure(engine.rows('SELECT * FROM range(11)', { limit: 10 }))
    expect(error).toMatchObject({ code: 'ENGINE_TOO_MANY_ROWS', kind: 'stage' })
    expect(await engine.rows('SELECT 1 a')).toEqual([{ a: 1 }])
  })

  it('reads instants in UTC wherever the machine stands', async () => {
    const engine = await openTestEngine()
    expect(await engine.rows("SELECT CAST(TIMESTAMPTZ '2026-01-01 23:30:00+00' AS DATE) AS d")).toEqual([
      { d: '2026-01-01' },
    ])
  })
})

describe('write and pull', () => {
  it.each([
    [
      'ordered',
      "SELECT (i * 7919) % 100003 AS k, i, 'u' || i AS s, i / 7.0 AS d FROM range(300000) t(i) ORDER BY k, i",
    ],
    ['grouped and ordered', 'SELECT i % 50021 AS k, count(*) AS n FROM range(300000) t(i) GROUP BY k ORDER BY k'],
    ['in the order of a table', 'SELECT i, hash(i) % 100 AS h FROM range(300000) t(i)'],
  ])('%s: a query gives the same bytes at 1 and 2 threads', async (_name, sql) => {
    const hashes = new Set<string>()
    for (const threads of [1, 2, 2]) {
      const engine = await openTestEngine(threads)
      const path = join(engine.folder, 'out.parquet')
      await engine.write(sql, path, { metadata: { model: 'gbdt', 'config hash': "it's" } })
      hashes.add(hash(path))
    }
    expect(hashes.size).toBe(1)
  })

  it('puts metadata in the footer, keys sorted, and compresses with zstd', async () => {
    const engine = await openTestEngine()
    const path = join(engine.folder, 'new', 'out.parquet')
    await engine.write('SELECT 1 AS a', path, { metadata: { b: '2', a: "o'k" } })
    const footer = await engine.rows(`SELECT decode(key) k, decode(value) v FROM parquet_kv_metadata('${path}')`)
    expect(footer).toEqual([
      { k: 'a', v: "o'k" },
      { k: 'b', v: '2' },
    ])
    expect(await engine.rows(`SELECT DISTINCT compression FROM parquet_metadata('${path}')`)).toEqual([
      { compression: 'ZSTD' },
    ])
  })

  it('pull counts its rows; a failed query leaves no file behind, not even a partial one', async () => {
    const engine = await openTestEngine()
    const folder = join(engine.folder, 'parts')
    const parts = await engine.pull('SELECT * FROM range(3000)', folder)
    expect(parts).toEqual({ paths: [join(folder, 'part-00000.parquet')], rows: 3000 })
    const path = join(engine.folder, 'bad.parquet')
    const error = await failure(
      engine.write("SELECT CAST(CASE WHEN i = 250000 THEN 'x' ELSE '1' END AS INTEGER) FROM range(300000) t(i)", path),
    )
    expect(error).toMatchObject({ code: 'VALUE_UNREADABLE', kind: 'data' })
    expect([existsSync(path), existsSync(`${path}.partial`)]).toEqual([false, false])
  })
})

describe('partition', () => {
  it('300,000 rows by i % 3 - 1: three folders, each with its own rows, and the order of later queries is kept', async () => {
    const engine = await openTestEngine()
    const folder = join(engine.folder, 'by "s"')
    const files = await engine.partition("SELECT i, (i % 3) - 1 AS s, 'x' AS t FROM range(300000) r(i)", 's', folder)
    expect([...files.keys()]).toEqual([-1, 0, 1])
    for (const [value, paths] of files) {
      const relation = engine.dialect.parquet(paths)
      const rows = await engine.rows(`SELECT COUNT(*) AS n, MIN(i % 3) AS low, MAX(i % 3) AS high FROM ${relation}`)
      expect(rows).toEqual([{ n: 100_000, low: value + 1, high: value + 1 }])
      expect(Object.keys((await engine.rows(`SELECT * FROM ${relation} LIMIT 1`))[0]!)).toEqual(['i', 't'])
    }
    const setting = await engine.rows("SELECT current_setting('preserve_insertion_order') AS v")
    expect(setting).toEqual([{ v: true }])
  })

  it('texts of known levels, NULL among them, are read back as they were', async () => {
    const engine = await openTestEngine()
    const rows = "SELECT i, i % 2 AS s, ['it''s', '', NULL][i % 3 + 1] AS t, 'free ' || i AS u FROM range(9) r(i)"
    const levels = new Map([['t', ["it's", 'unused', '']]])
    const files = await engine.partition(rows, 's', join(engine.folder, 'coded'), { levels })
    const read = engine.dialect.parquet([...files.values()].flat())
    const differing = `SELECT i, t, u FROM (${rows}) EXCEPT SELECT i, CAST(t AS VARCHAR), u FROM ${read}`
    expect(await engine.rows(differing)).toEqual([])
    expect(await engine.rows(`SELECT DISTINCT typeof(t) AS type FROM ${read}`)).toEqual([{ type: 'VARCHAR' }])
  })

  it('a query that fails leaves the order of later queries as it was', async () => {
    const engine = await openTestEngine()
    const bad = engine.partition("SELECT CAST('x' AS INTEGER) AS s, 1 AS a", 's', join(engine.folder, 'bad'))
    expect(await failure(bad)).toMatchObject({ code: 'VALUE_UNREADABLE' })
    expect(await engine.rows("SELECT current_setting('preserve_insertion_order') AS v")).toEqual([{ v: true }])
  })
})

describe('load', () => {
  it('takes every column type, NaN, null, code 65535 and a code past the levels as NULL', async () => {
    const engine = await openTestEngine()
    await engine.load('t"1', [
      { name: 'd', type: 'double', values: Float64Array.of(1.5, Number.NaN, -0.25) },
      { name: 'f', type: 'double', values: Float32Array.of(0.1, 2, Infinity) },
      { name: 'i', type: 'integer', values: Int32Array.of(-1, 0, 7) },
      { name: 'u', type: 'integer', values: Uint32Array.of(0, 2_147_483_647, 5) },
      { name: 'b', type: 'bigint', values: [9_007_199_254_740_993n, null, -1n] },
      { name: 'z', type: 'boolean', values: Uint8Array.of(1, 0, 1) },
      { name: 't', type: 'text', values: ['å 😀', null, ''] },
      { name: 'c', type: 'coded', codes: Uint16Array.of(1, 65_535, 2), levels: ['x', 'y'] },
      { name: 'day', type: 'date', values: Uint16Array.of(0, 20_000, 65_535) },
    ])
    const rows = await engine.rows('SELECT * FROM "t""1"')
    expect(rows).toEqual([
      { d: 1.5, f: Math.fround(0.1), i: -1, u: 0, b: 9007199254740993n, z: true, t: 'å 😀', c: 'y', day: '1970-01-01' },
      { d: null, f: 2, i: 0, u: 2147483647, b: null, z: false, t: null, c: null, day: '2024-10-04' },
      { d: -0.25, f: Infinity, i: 7, u: 5, b: -1, z: true, t: '', c: null, day: '2149-06-06' },
    ])
  })

  it('keeps 10,000 rows in order over chunks and replaces a table of the same name', async () => {
    const engine = await openTestEngine()
    const values = Int32Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 10_007)
    await engine.load('t', [{ name: 'a', type: 'text', values: ['old'] }])
    await engine.load('t', [{ name: 'v', type: 'integer', values }])
    const rows = await engine.rows('SELECT v FROM t')
    expect(rows.map(({ v }) => v)).toEqual([...values])
  })

  it('refuses columns of different length, no column, and 2^31 in an integer', async () => {
    const engine = await openTestEngine()
    const a = { name: 'a', type: 'integer', values: Int32Array.of(1) } as const
    const b = { name: 'b', type: 'integer', values: Int32Array.of(1, 2) } as const
    expect((await failure(engine.load('t', [a, b]))).message).toBe(
      'table t: column "b" has another length, expected 1, got 2',
    )
    expect((await failure(engine.load('t', []))).message).toBe('table t: a table needs a column')
    const c = { name: 'c', type: 'integer', values: Uint32Array.of(2 ** 31) } as const
    expect((await failure(engine.load('t', [c]))).message).toContain('column "c": integer too large')
    expect((await failure(engine.rows('SELECT * FROM t'))).message).toContain('t does not exist')
  })
})

describe('cancel', () => {
  const endless = 'CREATE TABLE q AS SELECT hash(i) h, count(*) FROM range(2000000000) t(i) GROUP BY h'

  it('a running query stops within 250 ms of the signal (the best of three), and the engine works on', async () => {
    const engine = await openTestEngine()
    let best = Infinity
    for (let attempt = 0; attempt < 3 && best > 250; attempt++) {
      const controller = new AbortController()
      const running = failure(engine.execute(endless, { signal: controller.signal }))
      await new Promise((resolve) => setTimeout(resolve, 100))
      const at = performance.now()
      controller.abort()
      expect(await running).toMatchObject({ code: 'INTERRUPTED', kind: 'interrupted' })
      best = Math.min(best, performance.now() - at)
      expect(await engine.rows('SELECT 1 AS a')).toEqual([{ a: 1 }])
    }
    expect(best).toBeLessThan(250)
  })

  it('an aborted signal starts nothing; the signal of the engine cancels every call', async () => {
    const engine = await openTestEngine()
    expect(await failure(engine.execute(endless, { signal: AbortSignal.abort() }))).toMatchObject({
      kind: 'interrupted',
    })
    const controller = new AbortController()
    const bound = await openTestEngine(1, controller.signal)
    const running = [failure(bound.execute(endless)), failure(bound.rows('SELECT 1'))]
    setTimeout(() => controller.abort(), 1)
    for (const error of await Promise.all(running)) expect(error).toMatchObject({ kind: 'interrupted' })
  })

  it('close stops what runs, and a second close is harmless', async () => {
    const engine = await openTestEngine()
    const running = failure(engine.execute(endless))
    await engine.close()
    await engine.close()
    expect(await running).toMatchObject({ kind: 'interrupted' })
    expect(await failure(engine.rows('SELECT 1'))).toMatchObject({ kind: 'interrupted' })
  })

  it('cancelled while writing, no file stays', async () => {
    const engine = await openTestEngine()
    const controller = new AbortController()
    const path = join(engine.folder, 'x.parquet')
    const sql = 'SELECT i, hash(i) AS h FROM range(2000000000) t(i)'
    const running = failure(engine.write(sql, path, { signal: controller.signal }))
    setTimeout(() => controller.abort(), 100)
    expect(await running).toMatchObject({ kind: 'interrupted' })
    expect([existsSync(path), existsSync(`${path}.partial`)]).toEqual([false, false])
  })

  it('cancelled while loading, no table stays', async () => {
    const engine = await openTestEngine()
    const controller = new AbortController()
    const values = Array.from({ length: 500_000 }, (_, i) => `user ${i}`)
    const running = failure(engine.load('t', [{ name: 'v', type: 'text', values }], { signal: controller.signal }))
    setTimeout(() => controller.abort(), 5)
    expect(await running).toMatchObject({ kind: 'interrupted' })
    expect((await failure(engine.rows('SELECT * FROM t'))).message).toContain('does not exist')
  })
})

describe('errors are one line that names file, column and value', () => {
  it('missing, empty, junk, truncated and corrupt Parquet', async () => {
    const engine = await openTestEngine()
    const at = (name: string): string => join(engine.folder, name)
    const read = async (name: string): Promise<Error & { code?: string; kind?: string }> =>
      failure(engine.rows(`SELECT sum(a), sum(b) FROM read_parquet('${at(name)}')`))
    writeFileSync(at('empty.parquet'), '')
    await engine.write('SELECT i AS a, hash(i) % 1000 AS b FROM range(200000) t(i)', at('cut.parquet'))
    const whole = readFileSync(at('cut.parquet'))
    writeFileSync(at('corrupt.parquet'), Buffer.from(whole).fill(7, 1000, 100_000))
    truncateSync(at('cut.parquet'), Math.floor(whole.length / 2))
    const messages = []
    for (const name of ['none.parquet', 'empty.parquet', 'cut.parquet', 'corrupt.parquet']) {
      const error = await read(name)
      expect(error.kind).toBe('data')
      expect(error.message).not.toMatch(/\n|SELECT|LINE/)
      messages.push(error.message.replaceAll(engine.folder, ''))
    }
    expect(messages.slice(0, 3)).toEqual([
      '/none.parquet: no such file',
      '/empty.parquet: not a Parquet file: it is empty or too small',
      '/cut.parquet: not a whole Parquet file: its end is missing; was it cut off while it was copied?',
    ])
    expect(messages[3]).toMatch(/^\/corrupt\.parquet: /)
  })

  it('text in a numeric column of a CSV names file, line, column and value', async () => {
    const engine = await openTestEngine()
    const path = join(engine.folder, 'x.csv')
    writeFileSync(path, 'user,amount\n1,5\n2,abc\n')
    const csv = `read_csv('${path}', columns = {'user': 'BIGINT', 'amount': 'DOUBLE'}, auto_detect = false, header = true, delim = ',')`
    const error = await failure(engine.rows(`SELECT * FROM ${csv}`))
    expect(error).toMatchObject({ code: 'VALUE_UNREADABLE', kind: 'data', details: { file: path, line: 3 } })
    expect(error.message).toBe(
      `${path}:3: Error when converting column "amount". Could not convert string "abc" to 'DOUBLE'`,
    )
  })

  it.each([
    [
      'SELECT amnt FROM (SELECT 1 AS amount)',
      'COLUMN_MISSING',
      'data',
      /"amnt" not found.*Candidate bindings: "amount"$/,
    ],
    ["SELECT CAST('abc' AS DOUBLE)", 'VALUE_UNREADABLE', 'data', /Could not convert string 'abc' to DOUBLE$/],
    ['SELECT 9223372036854775807::BIGINT + 1', 'VALUE_UNREADABLE', 'data', /Overflow in addition/],
    ["SELECT * FROM 's3://b/x.parquet'", 'ENGINE_EXTENSION', 'data', /requires the extension httpfs.*local disks/],
    ["SELECT * FROM read_xlsx('x.xlsx')", 'ENGINE_EXTENSION', 'data', /excel extension/],
    ['SELEC 1', 'ENGINE_FAILED', 'stage', /^engine duckdb: syntax error at or near "SELEC"$/],
    ['SELECT * FROM nosuch', 'ENGINE_FAILED', 'stage', /Table with name nosuch does not exist/],
  ])('%s', async (sql, code, kind, message) => {
    const engine = await openTestEngine()
    const error = await failure(engine.rows(sql))
    expect(error).toMatchObject({ code, kind })
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('\n')
  })

  it.skipIf(!existsSync('/dev/full'))('a full disk is temporary, names the file and leaves nothing', async () => {
    const engine = await openTestEngine()
    const path = join(engine.folder, 'x.parquet')
    symlinkSync('/dev/full', `${path}.partial`)
    const error = await failure(engine.write('SELECT * FROM range(300000)', path))
    expect(error).toMatchObject({ code: 'DISK_FULL', kind: 'temporary' })
    expect(error.message).toBe(`${path}: no space left on the disk; free disk space and run again`)
    expect([existsSync(path), existsSync(`${path}.partial`)]).toEqual([false, false])
  })

  it('spill space used up is temporary and says so', async () => {
    const folder = temporaryFolder()
    const config = engineSchema.parse({ memoryLimit: '40MB', tempLimit: '1MB' })
    const engine = await openEngine(config, { threads: 1, memoryBytes: 1e9, workDirectory: folder })
    const error = await failure(engine.execute('CREATE TABLE t AS SELECT i, hash(i) h FROM range(5000000) t(i)'))
    await engine.close()
    expect(error).toMatchObject({ code: 'DISK_FULL', kind: 'temporary' })
  })
})

describe('spilling', () => {
  it('two engines on one folder do not meet, and close leaves it empty', async () => {
    const folder = temporaryFolder()
    const config = engineSchema.parse({ memoryLimit: '40MB' })
    const resources = { threads: 1, memoryBytes: 1e9, workDirectory: join(folder, 'deep', 'down') }
    const engines = [await openEngine(config, resources), await openEngine(config, resources)]
    const sums = []
    for (const [at, engine] of engines.entries())
      await engine.execute(`CREATE TABLE t AS SELECT i + ${at} AS i, hash(i) AS h FROM range(3000000) t(i)`)
    for (const engine of engines) sums.push((await engine.rows('SELECT sum(i)::BIGINT AS s FROM t'))[0]!['s'])
    expect(sums).toEqual([4_499_998_500_000, 4_500_001_500_000])
    expect(readdirSync(join(folder, 'deep', 'down', 'engine'), { recursive: true }).length).toBeGreaterThan(3)
    for (const engine of engines) await engine.close()
    expect(readdirSync(join(folder, 'deep', 'down', 'engine'))).toEqual([])
  })

  it('a folder that cannot be made is one clear line', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    const resources = { threads: 1, memoryBytes: 1e9, workDirectory: join(folder, 'file') }
    const error = await failure(openEngine(engineSchema.parse({}), resources))
    expect(error.name).toBe('EbbError')
    expect(error.message).toMatch(/ENOTDIR.*file\/engine/)
  })
})

describe('registry', () => {
  it('fills the defaults and refuses unknown keys, engines that do not run, and bad sizes', () => {
    expect(engineSchema.parse({})).toEqual({ kind: 'duckdb' })
    expect(engineSchema.safeParse({ kind: 'spark' }).success).toBe(false)
    expect(engineSchema.safeParse({ kind: 'duckdb', url: 'x' }).success).toBe(false)
    expect(engineSchema.safeParse({ memoryLimit: 'much' }).success).toBe(false)
    expect([parseSize('4GB'), parseSize('512MiB'), parseSize('1.5 kB')]).toEqual([4e9, 536_870_912, 1500])
    expect(() => parseSize('4 apples')).toThrow('size: not a size, expected a number with a unit')
  })

  it('opens the engine of the config and names its version', async () => {
    const config = engineSchema.parse({ threads: 1 })
    const engine = await openEngine(config, { threads: 2, memoryBytes: 1e9, workDirectory: temporaryFolder() })
    expect(engine.version).toMatch(/^duckdb 1\.\d+\.\d+/)
    expect(await engine.rows("SELECT current_setting('threads') AS t")).toEqual([{ t: 1 }])
    await engine.close()
  })
})

describe('lanes', () => {
  it('1 at 1 thread, 2 at 2, never more than 3: each with tables of its own, and none of the engine that rests', async () => {
    expect((await openTestEngine(1)).lanes).toBe(1)
    expect((await openTestEngine(8)).lanes).toBe(3)
    const engine = await openTestEngine(2)
    await engine.execute('CREATE TEMP TABLE t AS SELECT 7 AS x')
    const sums = await engine.inLanes((lanes) =>
      Promise.all(
        lanes.map(async (lane, i) => {
          expect((await failure(lane.rows('SELECT x FROM t'))).message).toMatch(/t.*not exist/s)
          await lane.execute(`CREATE TEMP TABLE t AS SELECT range + ${i} AS x FROM range(4)`)
          return (await lane.rows("SELECT SUM(x) AS s, current_setting('TimeZone') AS z FROM t"))[0]
        }),
      ),
    )
    expect(sums).toEqual([
      { s: 6, z: 'UTC' },
      { s: 10, z: 'UTC' },
    ])
    const after = await engine.rows("SELECT x, CAST(current_setting('threads') AS INTEGER) AS threads FROM t")
    expect(after).toEqual([{ x: 7, threads: 2 }])
  })

  it.each(['a signal', 'close'])('%s ends what runs in them', async (by) => {
    const engine = await openTestEngine(2)
    const stop = new AbortController()
    const endless = 'SELECT SUM(a.range * b.range) AS s FROM range(10000000) AS a, range(1000000) AS b'
    const running = failure(
      engine.inLanes((lanes) => Promise.all(lanes.map((lane) => lane.rows(endless))), { signal: stop.signal }),
    )
    await new Promise((resolve) => setTimeout(resolve, 100))
    if (by === 'close') await engine.close()
    else stop.abort()
    expect(await running).toMatchObject({ kind: 'interrupted' })
    if (by === 'a signal') expect(await engine.rows('SELECT 1 AS a')).toEqual([{ a: 1 }])
  })
})
