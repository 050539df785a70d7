import { sample, string } from 'fast-check'
import { expect, it } from 'vitest'
import { Databases } from '../../data/sources/postgres/databases.ts'
import { eventLines, refusal, spoken, withExtract, type ExtractCase } from '../data/extract-case.ts'
import { describePostgres } from '../support/describe-postgres.ts'
import { postgresCase } from '../support/postgres-case.ts'

describePostgres('a PostgreSQL source', (server) => {
  const { source, place, sql } = postgresCase(server)

  it('types: 64-bit ids, exact numerics, instants in any zone, microseconds, days, nulls', async () => {
    await sql(`CREATE TABLE "Typed ""1""" (u bigint, t timestamptz, w timestamp, d date, a numeric(12,2), n numeric, q real, b boolean, c char(6), k text);
      INSERT INTO "Typed ""1""" VALUES
        (9223372036854775807, '2026-01-01 01:30:00.123456+02', '2026-01-01 10:00', '2026-01-01', 1234567890.12, 0.005, 0.1, true, 'ab', 'it''s "x", ' || chr(10) || '🙂 شكرا'),
        (-5, '2026-07-01 00:00+00', '2026-07-01', '2026-07-01', -0.01, 1e3, 'NaN', false, 'ab  ', ''),
        (7, '1999-12-31 23:59:59.999999-12', '2026-01-01', '2026-02-28', NULL, NULL, NULL, NULL, NULL, NULL)`)
    const given = (columns: object) =>
      source({ table: '"Typed ""1"""' }, { columns: { user_id: 'u', event_time: 't', ...columns } })
    const read = async (columns: object, select: string) =>
      withExtract(given(columns), async ({ rows }) =>
        (await rows(`SELECT ${select} FROM events e JOIN users u USING (user_index) ORDER BY user_id`)).map((row) =>
          Object.values(row),
        ),
      )
    const typed = { amount: 'a', quantity: 'n', category: 'k', channel: 'b', item: 'c' }
    expect(await read(typed, 'user_id, event_time, amount_cents, quantity_milli, category, channel, item')).toEqual([
      [-5, '2026-07-01T00:00:00', -1, 1_000_000, null, 'false', 'ab'],
      [7, '2000-01-01T11:59:59.999999', null, null, null, null, null],
      [9223372036854775807n, '2025-12-31T23:30:00.123456', 123456789012, 5, 'it\'s "x", \n🙂 شكرا', 'true', 'ab'],
    ])
    expect(await read({ event_time: 'w' }, 'event_time')).toEqual([
      ['2026-07-01T00:00:00'],
      ['2026-01-01T00:00:00'],
      ['2026-01-01T10:00:00'],
    ])
    expect(await read({ event_time: 'd', amount: 'q' }, 'event_time, amount_cents')).toEqual([
      ['2026-07-01T00:00:00', null],
      ['2026-02-28T00:00:00', null],
      ['2026-01-01T00:00:00', 10],
    ])
  })

  it('infinite times and times beyond all ranges are refused with their value', async () => {
    await sql(`CREATE TABLE ends (u int, t timestamptz);
      INSERT INTO ends VALUES (1, '2026-01-01'), (2, 'infinity'), (3, '0044-03-15 BC')`)
    const error = await refusal(source({ table: 'ends' }))
    expect(spoken(error).split('\n')).toEqual([
      `data: ${place()} ends, row 2, column "t": a time that cannot be read, expected an instant, got "infinity"; 1 of 3 rows, kept in rejects/shop.parquet; infinity is no time`,
      `${place()} ends, row 3, column "t": a time out of range, expected 1970-01-01 to 2149-06-05, got "0044-03-15 (BC) 00:00:00+00"; 1 of 3 rows, kept in rejects/shop.parquet`,
    ])
  })

  it('events, ids and attributes of one url are one snapshot: what is committed meanwhile is not seen', async () => {
    await sql(`CREATE TABLE ev (u text, t date); INSERT INTO ev VALUES ('a1', '2026-01-01'), ('a2', '2026-01-02');
      CREATE TABLE ids (app text, person int); INSERT INTO ids VALUES ('a1', 1), ('a2', 2);
      CREATE TABLE tiers (person int, since date, tier text); INSERT INTO tiers VALUES (1, '2025-01-01', 'gold')`)
    const url = server().url('postgres')
    const databases = new Databases('/', undefined)
    const count = async (table: string): Promise<number> => {
      const { snapshot } = await databases.snapshotOf({ url, table }, 'test')
      let rows = 0
      const sink = { add: () => (rows += 1) > 0, drain: () => Promise.resolve() }
      await snapshot.copy(`SELECT * FROM ${table}`, sink, 'test')
      return rows
    }
    try {
      expect(await count('ev')).toBe(2)
      await sql(`INSERT INTO ids VALUES ('a3', 3); DELETE FROM tiers; INSERT INTO ev VALUES ('a3', '2026-01-03')`)
      expect([await count('ids'), await count('tiers'), await count('ev')]).toEqual([2, 1, 2])
    } finally {
      await databases.close()
    }
    await sql(`INSERT INTO tiers VALUES (1, '2025-01-01', 'gold')`)
    const given: ExtractCase = {
      ...source({ table: 'ev' }, { ids: { postgres: { url, table: 'ids' }, from: 'app', to: 'person' } }),
      attributes: {
        customer: {
          postgres: { url, table: 'tiers' },
          key: 'person',
          validFrom: 'since',
          columns: { tier: 'category' },
        },
      },
    }
    await withExtract(given, async (outcome) => {
      expect(await eventLines(outcome)).toEqual([
        '1 2026-01-01T00:00:00 buy ',
        '2 2026-01-02T00:00:00 buy ',
        '3 2026-01-03T00:00:00 buy ',
      ])
      expect(await outcome.rows('SELECT * FROM attributes_customer')).toEqual([
        { user_index: 0, valid_from: '2025-01-01', tier: 'gold' },
      ])
      expect(outcome.extracted.inputs.map(({ source, rows }) => [source, rows])).toEqual([
        ['shop', 3],
        ['shop.ids', 3],
        ['attributes.customer', 1],
      ])
    })
  })

  it('inputs.json tells the rows by a hash that their order does not change, one value does', async () => {
    await sql(
      `CREATE TABLE h (u int, t date, x int); INSERT INTO h SELECT i, '2026-01-01', i % 7 FROM generate_series(1, 5000) i`,
    )
    const hash = async (query: string) =>
      withExtract(
        source({ query }, { columns: { user_id: 'u', event_time: 't', amount: 'x' } }),
        async ({ extracted }) => extracted.inputs[0]!,
      )
    const first = await hash('SELECT * FROM h')
    expect(first).toMatchObject({
      source: 'shop',
      uri: `postgres://127.0.0.1:${server().port}/postgres (query)`,
      rows: 5000,
    })
    expect((await hash('SELECT * FROM h ORDER BY x DESC, u -- another order')).sha256).toBe(first.sha256)
    expect((await hash('SELECT u, t, CASE u WHEN 4000 THEN 9 ELSE x END AS x FROM h')).sha256).not.toBe(first.sha256)
    expect((await hash('SELECT * FROM h WHERE u > 1')).sha256).not.toBe(first.sha256)
  })

  it('a million rows arrive whole', { timeout: 120_000 }, async () => {
    const many = `SELECT i % 1000 AS u, timestamp '2026-01-01' + i * interval '1 second' AS t, (i % 100) / 100.0 AS a FROM generate_series(1, 1000000) i`
    const columns = { user_id: 'u', event_time: 't', amount: 'a' }
    await withExtract(source({ query: many }, { columns }), async ({ extracted, rows }) => {
      expect(extracted.counts).toEqual({ events: 1_000_000, users: 1000 })
      expect(await rows('SELECT sum(amount_cents) AS cents FROM events')).toEqual([{ cents: 49_500_000 }])
    })
  })

  it('while the sink drains, no more rows come than one socket buffer holds; 130 cells of 2 MB arrive whole', async () => {
    const databases = new Databases('/', undefined)
    try {
      const { snapshot } = await databases.snapshotOf({ url: server().url('postgres'), query: 'x' }, 'test')
      let [held, most, all] = [0, 0, 0]
      const add = (row: Uint8Array): boolean => {
        held += row.length
        all += row.length
        most = Math.max(most, held)
        return held < 8e6
      }
      const drain = async (): Promise<void> => {
        const full = held
        await new Promise((resolve) => setTimeout(resolve, 20))
        held -= full
      }
      await snapshot.copy(`SELECT repeat('x', 2000000) FROM generate_series(1, 130) i`, { add, drain }, 'test')
      expect(all).toBe(130 * 2_000_001)
      expect(most).toBeLessThan(13e6)
    } finally {
      await databases.close()
    }
    const cells = `SELECT i AS u, date '2026-01-01' AS t, CASE WHEN i = 7 THEN repeat(E'"é,\n', 2000000) END AS k FROM generate_series(1, 20) i`
    const columns = { user_id: 'u', event_time: 't', category: 'k' }
    await withExtract(source({ query: cells }, { columns }), async ({ rows }) => {
      expect(await rows('SELECT length(category) AS n, count(*) AS rows FROM events GROUP BY ALL ORDER BY n')).toEqual([
        { n: 8_000_000, rows: 1 },
        { n: null, rows: 19 },
      ])
    })
  })

  it('any text comes through as it is', async () => {
    const texts = sample(string({ unit: 'binary', maxLength: 12 }), { numRuns: 300, seed: 5 })
    const hard = ['\\.', '\\N', '"', '""', ',', '\r', '\n', '\r\n', ' ', '\t', "'", '\u2028', '\u001f', 'NULL']
    const usable = [...texts, ...hard].map((text) => text.replaceAll('\0', '')).filter((text) => text !== '')
    const list = usable.map((text, at) => `(${at}, convert_from('\\x${Buffer.from(text).toString('hex')}', 'UTF8'))`)
    const query = `SELECT u, date '2026-01-01' AS t, k FROM (VALUES ${list.join(', ')}) AS v (u, k)`
    const columns = { user_id: 'u', event_time: 't', category: 'k' }
    await withExtract(source({ query }, { columns }), async ({ rows }) => {
      const read = await rows('SELECT category FROM events e JOIN users u USING (user_index) ORDER BY user_id')
      expect(read.map(({ category }) => category)).toEqual(usable)
    })
  })
})
