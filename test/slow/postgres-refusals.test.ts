import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { refusal, spoken, withExtract } from '../data/extract-case.ts'
import { describePostgres } from '../support/describe-postgres.ts'
import { type Postgres, postgresCase } from '../support/postgres-case.ts'

describePostgres('a PostgreSQL source that is refused, and TLS', (server) => {
  const { source, place, sql } = postgresCase(server)

  it.each([
    [
      'a table that is not there',
      { table: 'Ev' },
      ' Ev: relation "Ev" does not exist (42P01); names are written as the database has them, capitals too',
    ],
    [
      'a column that is not there',
      { query: 'SELECT 1 AS customer, now() AS t' },
      ' (query): no column "u", expected one of customer, t, got "u"; did you mean "t"?',
    ],
    ['a query that is none', { query: 'SELECT 1 FORM x y' }, ' (query): syntax error at or near "x" (42601)'],
    [
      'no rows',
      { query: 'SELECT 1 AS u, now() AS t WHERE false' },
      ' (query): no rows, expected at least one, got 0 rows',
    ],
    [
      'two statements',
      { query: 'SELECT 1 AS u, now() AS t) AS x; DELETE FROM keep; SELECT (1' },
      ' (query): cannot insert multiple commands into a prepared statement (42601)',
    ],
    [
      'a query that writes',
      { query: 'WITH gone AS (DELETE FROM keep RETURNING 1) SELECT 1 AS u, now() AS t' },
      ' (query): WITH clause containing a data-modifying statement must be at the top level (0A000)',
    ],
    [
      'a function that writes',
      { query: `SELECT nextval('serial') AS u, now() AS t` },
      ' (query): cannot execute nextval() in a read-only transaction (25006)',
    ],
  ])('%s: one line, exit 20, nothing is changed', async (_name, what, says) => {
    await sql('CREATE TABLE IF NOT EXISTS keep AS SELECT 1 AS x; CREATE SEQUENCE IF NOT EXISTS serial')
    expect(spoken(await refusal(source(what)))).toBe(`data: ${place()}${says}`)
    expect(await sql('SELECT x FROM keep')).toEqual([{ x: 1 }])
  })

  it('a server that is not there is worth another try, a wrong password or database is not', async () => {
    const said = async (url: string) =>
      spoken(await refusal(source({ url, table: 'ev' }))).replaceAll(String(server().port), 'PORT')
    expect(await said('postgres://ebb@127.0.0.1:1/postgres')).toBe(
      'temporary: sources.shop: postgres://127.0.0.1:1/postgres: the server cannot be reached: nothing listens there (ECONNREFUSED); is the server running, and may this machine reach it?',
    )
    expect(await said('postgres://ebb@no-such-host.invalid/postgres?sslmode=disable')).toMatch(
      /^temporary: sources.shop: postgres:\/\/no-such-host.invalid:5432\/postgres: the server cannot be reached: /,
    )
    const { host, port } = server()
    expect(await said(`postgres://ebb:wrong@${host}:${port}/postgres`)).toBe(
      'data: sources.shop: postgres://127.0.0.1:PORT/postgres: password authentication failed for user "ebb" (28P01)',
    )
    expect(await said(server().url('nowhere'))).toBe(
      'data: sources.shop: postgres://127.0.0.1:PORT/nowhere: database "nowhere" does not exist (3D000)',
    )
  })

  it('asks no PG* variable: a url without password is a url without password', async () => {
    process.env['PGPASSWORD'] = server().password
    try {
      const url = `postgres://ebb@127.0.0.1:${server().port}/postgres`
      expect(spoken(await refusal(source({ url, table: 'ev' })))).toBe(
        `data: ${place()}: the server asks for a password, and the url has none`,
      )
    } finally {
      delete process.env['PGPASSWORD']
    }
  })

  it('a Unix socket, and TLS that is verified, only required, or refused', async (test) => {
    const encrypted = 'SELECT 1 AS u, now() AS t, ssl::text AS k FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
    const seen = (what: Partial<Postgres>) =>
      withExtract(
        source({ query: encrypted, ...what }, { columns: { user_id: 'u', event_time: 't', category: 'k' } }),
        async ({ rows }) => rows('SELECT category FROM events'),
      )
    const { socketFolder, port, password, certificate } = server()
    const socket = `postgres:///postgres?host=${socketFolder}&port=${port}&user=ebb&password=${encodeURIComponent(password)}`
    expect(await seen({ url: socket })).toEqual([{ category: 'false' }])
    expect(await seen({})).toEqual([{ category: 'false' }])
    if (certificate === null) return test.skip('no openssl to make a certificate with')
    const ca = join(tmpdir(), `ebb-ca-${process.pid}.crt`)
    await writeFile(ca, certificate)
    expect(await seen({ tls: 'verify', ca })).toEqual([{ category: 'true' }])
    expect(await seen({ tls: 'require' })).toEqual([{ category: 'true' }])
    expect(spoken(await refusal(source({ query: encrypted, tls: 'verify' })))).toMatch(
      /: the certificate of the server cannot be verified \(\w+\); ca names the file of its authority; tls: require encrypts without verifying$/,
    )
    expect(spoken(await refusal(source({ query: encrypted, tls: 'verify', ca: '/none.pem' })))).toMatch(
      /: ca: the file cannot be read \(ENOENT\)/,
    )
    await sql('ALTER SYSTEM SET ssl = off')
    await sql('SELECT pg_reload_conf()')
    await expect
      .poll(async () => spoken(await refusal(source({ query: encrypted, tls: 'require' })).catch((e) => e)), {
        timeout: 30_000,
      })
      .toBe(`data: ${place()}: the server offers no encryption; tls: disable allows plain text`)
  })
})
