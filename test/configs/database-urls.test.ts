import { describe, expect, it } from 'vitest'
import { jsonText } from '../../core/json.ts'
import { faultsOf, loadText, smallest } from './write-configs.ts'

const secret = 'p%40ss-w0rd'
const url = `postgres://bob:${secret}@db.example/shop`
const from = (written: string): string =>
  smallest.replace('path: app.csv', `postgres: { url: "${written}", table: events }`)

describe('the url of a database', () => {
  it('comes from the environment, is recorded as ***, and stays out of the hash', async () => {
    const loaded = await loadText(from('${env:DATABASE_URL}'), { env: { DATABASE_URL: url } })
    expect(loaded.config.sources['app']!.postgres!.url).toBe(url)
    expect(jsonText(loaded.resolved)).toContain('"url": "***"')
    expect(jsonText([loaded.resolved, loaded.sourceText, [...loaded.origin]])).not.toContain(secret)
    const other = await loadText(from('${env:DATABASE_URL}'), { env: { DATABASE_URL: 'postgres://eve@localhost/x' } })
    expect(other.hash).toEqual(loaded.hash)
  })

  it('may stand in the config but for its password', async () => {
    const env = { PASSWORD: secret }
    const { config, resolved } = await loadText(from('postgres://bob:${env:PASSWORD}@db.example/shop'), { env })
    expect(config.sources['app']!.postgres!.url).toBe(url)
    expect(jsonText(resolved)).not.toContain(secret)
    expect((await loadText(from('postgres://bob@localhost/shop'))).config.sources['app']!.postgres!.table).toBe(
      'events',
    )
  })

  it.each<[string, string, Parameters<typeof faultsOf>[1], string[]]>([
    [
      'a password in the config',
      from(url),
      {},
      [
        '5:22  sources.app.postgres.url: a password stands in the config, expected the url, or the password in it, as "${env:NAME}"',
      ],
    ],
    [
      'a password on the command line',
      from('postgres://bob@db/shop'),
      { set: [`sources.app.postgres.url=${url}`] },
      [
        '-s sources.app.postgres.url=postgres://bob:***@db.example/shop: sources.app.postgres.url: a password stands in the config, expected the url, or the password in it, as "${env:NAME}"',
      ],
    ],
    [
      'a url that is none',
      from('${env:DATABASE_URL}'),
      { env: { DATABASE_URL: `host=db password=${secret}` } },
      [
        '5:22  sources.app.postgres.url: must be postgres://user:password@host:5432/database; in a password @ : / ? # % are written %40 %3A %2F %3F %23 %25',
      ],
    ],
    [
      'the variable is not set',
      from('${env:DATABASE_URL}'),
      {},
      [
        '5:22  sources.app.postgres.url: the environment variable DATABASE_URL is not set, got ${env:DATABASE_URL}; set it, or write ${env:DATABASE_URL:-default}',
      ],
    ],
    [
      'neither table nor query',
      from('postgres://bob@db/shop').replace(', table: events', ''),
      {},
      ['5:5  sources.app.postgres.table: not allowed, expected either table or query, one of the two'],
    ],
    [
      'files and a database',
      from('postgres://bob@db/shop').replace('    columns', '    path: app.csv\n    columns'),
      {},
      ['6:11  sources.app.path: not allowed, expected either path or postgres, never both, got "app.csv"'],
    ],
    [
      'neither files nor a database',
      smallest.replace('    path: app.csv\n', ''),
      {},
      ['4:3  sources.app.path: nothing to read: path (files) or postgres (a database) is needed'],
    ],
    [
      'what is said of files',
      from('postgres://bob@db/shop').replace(
        '    columns',
        '    delimiter: ;\n    decimal: ","\n    thousands: .\n    columns',
      ),
      {},
      [
        '6:16  sources.app.delimiter: is said of files; a database needs none, got ";"',
        '7:14  sources.app.decimal: is said of text files; a database has numbers, got ","',
        '8:16  sources.app.thousands: is said of text files; a database has numbers, got "."',
      ],
    ],
  ])('%s', async (_name, text, options, expected) => {
    const lines = await faultsOf(text, options)
    expect(lines).toEqual(expected)
    expect(lines.join()).not.toContain(secret)
  })

  it('a wrong key beside a password does not bring the password to light', async () => {
    const lines = await faultsOf(from(url).replace('table: events', 'tabel: events'))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.join()).not.toContain(secret)
  })
})
