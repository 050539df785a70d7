import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { maskPasswords } from '../../core/mask-passwords.ts'
import { holdsPassword, parseDatabaseUrl } from '../../data/database-url.ts'
import { stagedType } from '../../data/sources/postgres/column-type.ts'
import { RowDigest } from '../../data/sources/postgres/row-digest.ts'
import { databaseFault } from '../../data/sources/postgres/database-fault.ts'
import { relationOf } from '../../data/sources/postgres/relation.ts'
import { spoken } from './extract-case.ts'

describe('the url of a database', () => {
  test('user, password, host, port and database, percent-encoding undone', () => {
    expect(parseDatabaseUrl('postgres://bob:p%40ss%3Aw%2Frd%23@db.example:5433/shop?sslmode=require')).toEqual({
      host: 'db.example',
      port: 5433,
      database: 'shop',
      user: 'bob',
      password: 'p@ss:w/rd#',
      tls: 'require',
      label: 'postgres://db.example:5433/shop',
    })
  })

  test.each([
    ['postgresql://bob@localhost/shop', { port: 5432, password: null, tls: 'disable' }],
    ['postgres://bob@[::1]:6000/shop', { host: '::1', label: 'postgres://[::1]:6000/shop', tls: 'disable' }],
    ['postgres://bob@db/shop', { tls: 'verify' }],
    ['postgres://bob@db/shop?sslmode=disable', { tls: 'disable' }],
    ['postgres://bob@db/shop?sslmode=verify-full&pgbouncer=true', { tls: 'verify' }],
    [
      'postgres:///shop?host=/var/run/pg&port=5433&user=bob&password=x',
      { host: '/var/run/pg', password: 'x', tls: 'disable', label: 'postgres:///shop?host=/var/run/pg&port=5433' },
    ],
  ])('%s', (url, expected) => {
    expect(parseDatabaseUrl(url)).toMatchObject(expected)
  })

  test.each([
    ['host=db user=bob', 'must be postgres://'],
    ['mysql://bob:secret@db/shop', 'must be postgres://'],
    ['postgres://bob:sec#ret@db/shop', 'must be postgres://'],
    ['postgres://bob:se%ret@db/shop', 'must be postgres://'],
    ['postgres://db/shop', 'must name a user'],
    ['postgres://bob:secret@db', 'must name a database'],
    ['postgres://bob:secret@one,two/shop', 'must name one host'],
    ['postgres://bob:secret@db:0/shop', 'must have a port'],
    ['postgres://bob:secret@db/shop?sslmode=maybe', 'must have an sslmode out of disable'],
  ])('%s is refused in words that do not repeat it', (url, problem) => {
    const parsed = parseDatabaseUrl(url)
    if (!('problem' in parsed)) throw new Error('it was read')
    expect(parsed.problem.startsWith(problem), parsed.problem).toBe(true)
    expect(parsed.problem).not.toMatch(/secret|sec#ret|se%ret|bob/)
  })

  test('a password of its own is one that no placeholder brings', () => {
    const written = ['postgres://bob:secret@db/shop', 'postgres://bob:${env:PW}x@db/s', 'postgres://db/s?password=s']
    expect(written.map(holdsPassword)).toEqual([true, true, true])
    const clean = ['postgres://bob@db/shop', '${env:DATABASE_URL}', 'postgres://bob:${env:PW}@db/s', 'a@b:c']
    expect(clean.map(holdsPassword)).toEqual([false, false, false, false])
  })

  test('passwords of urls are hidden in any text, also those with an @', () => {
    expect(maskPasswords(`  url: "postgres://bob:p@s@db/shop", x: http://a:b@c`)).toBe(
      `  url: "postgres://bob:***@db/shop", x: http://a:***@c`,
    )
    expect(maskPasswords('postgres://db/s?password=secret&x=1 and 10:30 a@b')).toBe(
      'postgres://db/s?password=***&x=1 and 10:30 a@b',
    )
  })
})

describe('what is read from a database', () => {
  test('every part of a table name is quoted, a query stands in brackets', () => {
    expect(relationOf({ table: 'public.Events' })).toBe('"public"."Events"')
    expect(relationOf({ table: '"my.schema".a"b' })).toBe('"my.schema"."a"."b"')
    expect(relationOf({ table: 'x"; DROP TABLE y; --' })).toBe('"x"."; DROP TABLE y; --"')
    expect(relationOf({ query: ' SELECT 1 -- all;\n ; ' })).toBe('(SELECT 1 -- all;\n \n) AS source')
  })

  test('types: numbers of a declared size stay exact, the unknown is text', () => {
    const numeric = (precision: number, scale: number) => ({ oid: 1700, modifier: ((precision << 16) | scale) + 4 })
    expect(stagedType(numeric(12, 2)).type).toBe('DECIMAL(12,2)')
    expect(stagedType(numeric(38, 0)).type).toBe('DECIMAL(38,0)')
    expect(stagedType(numeric(60, 4)).type).toBe('VARCHAR')
    expect(stagedType({ oid: 1700, modifier: -1 }).type).toBe('VARCHAR')
    expect(
      [16, 20, 21, 23, 701, 1082, 1114, 1184, 25, 2950, 3802, 99_999].map(
        (oid) => stagedType({ oid, modifier: -1 }).type,
      ),
    ).toEqual([
      'BOOLEAN',
      'BIGINT',
      'INTEGER',
      'INTEGER',
      'DOUBLE',
      'DATE',
      'TIMESTAMP',
      'TIMESTAMP WITH TIME ZONE',
      'VARCHAR',
      'VARCHAR',
      'VARCHAR',
      'VARCHAR',
    ])
  })
})

const error = (code: string, message = 'said the server'): Error => Object.assign(new Error(message), { code })

test.each([
  [
    error('ECONNREFUSED'),
    'temporary: db: the server cannot be reached: nothing listens there (ECONNREFUSED); is the server running, and may this machine reach it?',
  ],
  [
    error('ENOTFOUND'),
    'temporary: db: the server cannot be reached: no host of this name (ENOTFOUND); is the server running, and may this machine reach it?',
  ],
  [
    new Error('timeout expired'),
    'temporary: db: the server did not answer in time; is the server running, and may this machine reach it?',
  ],
  [
    error('53300', 'sorry, too many clients already'),
    'temporary: db: sorry, too many clients already (53300); is the server running, and may this machine reach it?',
  ],
  [
    error('57014', 'canceling statement due to statement timeout'),
    'temporary: db: the server stopped the query: canceling statement due to statement timeout (57014); statementTimeoutSeconds may be too short',
  ],
  [
    error('40001', 'canceling statement due to conflict with recovery'),
    'temporary: db: canceling statement due to conflict with recovery (40001); run again',
  ],
  [new Error('Connection terminated unexpectedly'), 'temporary: db: the connection was cut'],
  [error('28P01', 'password authentication failed'), 'data: db: password authentication failed (28P01)'],
  [error('3D000', 'database "x" does not exist'), 'data: db: database "x" does not exist (3D000)'],
  [error('42501', 'permission denied for table t'), 'data: db: permission denied for table t (42501)'],
  [
    error('42P01', 'relation "t" does not exist'),
    'data: db: relation "t" does not exist (42P01); names are written as the database has them, capitals too',
  ],
  [
    error('CERT_HAS_EXPIRED'),
    'data: db: the certificate of the server cannot be verified (CERT_HAS_EXPIRED); ca names the file of its authority; tls: require encrypts without verifying',
  ],
  [
    new Error('The server does not support SSL connections'),
    'data: db: the server offers no encryption; tls: disable allows plain text',
  ],
])('%s: one line, and whether a repeat may help', (cause, says) => {
  const fault = databaseFault(cause, 'db')
  expect(spoken(fault)).toBe(says)
  // An error of the driver may carry what it was given.
  expect(fault.details.cause).toBeUndefined()
})

test('the digest of rows knows no order, but how often, and every byte', () => {
  const digest = (...rows: string[]): string => {
    const made = new RowDigest()
    for (const row of rows) made.add(Buffer.from(row))
    expect([made.rows, made.bytes]).toEqual([rows.length, rows.join('').length])
    return made.text()
  }
  expect(digest('1,a\n', '2,b\n', '3,c\n')).toBe(digest('3,c\n', '1,a\n', '2,b\n'))
  const different = [digest('1,a\n'), digest('1,a\n', '1,a\n'), digest('1,b\n'), digest('1,a\n', '2,b\n'), digest()]
  expect(new Set(different).size).toBe(5)
  const words = createHash('sha256').update('1,a\n').digest()
  expect(digest('1,a\n')).toBe([0, 4, 8, 12, 16, 20, 24, 28].map((at) => words.readUInt32LE(at)).join(' '))
})
