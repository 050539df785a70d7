import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rm } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { EbbError } from '../../core/errors.ts'
import { Databases } from '../../data/sources/postgres/databases.ts'
import { spoken } from '../data/extract-case.ts'
import { describePostgres } from '../support/describe-postgres.ts'
import { tinyShop, tinyShopLines } from '../support/tiny-shop.ts'
import { ebb, recordOf, runIds, smallConfig, startEbb } from './processes.ts'

describePostgres('a PostgreSQL source that is stopped, or whose password must not be seen', (server) => {
  const sql = (text: string) => server().query('postgres', text)
  const sleepers = async () =>
    (
      await sql(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'ebb' AND state = 'active'`)
    )[0]!['n']
  const read = async (databases: Databases, query: string, timeout?: number) => {
    const config = { url: server().url('postgres'), query, statementTimeoutSeconds: timeout }
    const { snapshot } = await databases.snapshotOf(config, 'sources.shop')
    await snapshot.copy(query, { add: () => true, drain: () => Promise.resolve() }, 'sources.shop: db')
  }
  const faultOf = (work: Promise<unknown>) =>
    work.then(
      () => Promise.reject(new Error('it succeeded')),
      (error) => error as EbbError,
    )

  it('a cancelled read ends within 250 ms (the best of three), and so does the query on the server', async () => {
    let best = Infinity
    for (let attempt = 0; attempt < 3 && best > 250; attempt++) {
      const controller = new AbortController()
      const databases = new Databases('/', controller.signal)
      const work = faultOf(read(databases, 'SELECT pg_sleep(30)'))
      await expect.poll(sleepers, { timeout: 20_000 }).toBe(1)
      const began = performance.now()
      controller.abort()
      expect(spoken(await work)).toBe('interrupted: sources.shop: db: reading cancelled')
      best = Math.min(best, performance.now() - began)
      await databases.close()
      await expect.poll(sleepers, { timeout: 10_000 }).toBe(0)
    }
    expect(best).toBeLessThan(250)
  })

  it('a statement that takes too long, and a connection that is cut, are worth another try', async () => {
    const first = new Databases('/', undefined)
    expect(spoken(await faultOf(read(first, 'SELECT pg_sleep(30)', 1)))).toBe(
      'temporary: sources.shop: db: the server stopped the query: canceling statement due to statement timeout (57014); statementTimeoutSeconds may be too short',
    )
    await first.close()
    const second = new Databases('/', undefined)
    const work = faultOf(read(second, 'SELECT pg_sleep(30)'))
    await expect.poll(sleepers, { timeout: 20_000 }).toBe(1)
    await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ebb'`)
    expect(spoken(await work)).toMatch(/^temporary: sources.shop: db: (terminating connection|the connection was cut)/)
    await second.close()
  })

  const config = (database = 'table: shop') =>
    smallConfig.replace('path: events.csv', `postgres: { url: "\${env:EBB_TEST_DATABASE}", ${database} }`)
  const shop = async (text: string): Promise<string> => {
    const folder = await tinyShop({ lines: tinyShopLines(60) })
    await writeFile(join(folder, 'database.yaml'), text)
    return folder
  }

  it('the same rows give the same metrics as from a file, and no file of the run holds the password', async () => {
    const values = tinyShopLines(60).map((line) => {
      const [user, time, type, amount, channel] = line.split(',')
      return `('${user}','${time}','${type}',${amount === '' ? 'NULL' : amount},'${channel}')`
    })
    await sql(
      `CREATE TABLE shop ("user" text, "time" timestamp, "type" text, amount numeric(10,2), channel text); INSERT INTO shop VALUES ${values.join(',')}`,
    )
    const folder = await shop(config())
    await writeFile(join(folder, 'shop.yaml'), smallConfig)
    process.env['EBB_TEST_DATABASE'] = server().url('postgres')
    try {
      const fromDatabase = await ebb(folder, ['run', 'database.yaml'])
      expect(fromDatabase.code, fromDatabase.stderr).toBe(0)
      const fromFile = await ebb(folder, ['run', 'shop.yaml'])
      expect(fromFile.code, fromFile.stderr).toBe(0)
      const [one, other] = await Promise.all(
        (await runIds(folder)).map((run) => readFile(join(folder, 'runs', run, 'metrics.json'), 'utf8')),
      )
      expect(one).toBe(other)
      const failed = [
        await ebb(folder, ['run', 'database.yaml', '-s', 'sources.shop.postgres.table=nothing', '--verbose']),
        await ebb(folder, ['run', 'database.yaml', '-s', 'sources.shop.columns.amount=type', '--json', '--verbose']),
        await ebb(folder, ['check', 'database.yaml', '--data', '-s', 'sources.shop.postgres.tls=verify', '--verbose']),
        await ebb(folder, ['config', 'database.yaml', '--origin']),
      ]
      expect(failed.map(({ code }) => code)).toEqual([20, 20, 20, 0])
      const said = [fromDatabase, ...failed].map(({ stdout, stderr }) => stdout + stderr)
      const written: string[] = []
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
        if (entry.isFile()) written.push(await readFile(join(entry.parentPath, entry.name), 'latin1'))
      expect(written.length).toBeGreaterThan(60)
      for (const secret of [server().password, encodeURIComponent(server().password)])
        expect([...said, ...written].filter((text) => text.includes(secret))).toEqual([])
    } finally {
      delete process.env['EBB_TEST_DATABASE']
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('SIGINT while the server works: exit 130, INTERRUPTED, nothing published, the query is gone', async () => {
    const folder = await shop(
      config(`query: "SELECT s.*, pg_sleep(20) AS z FROM shop s LIMIT 2"`).replace(
        'channel: channel }',
        'channel: z }',
      ),
    )
    process.env['EBB_TEST_DATABASE'] = server().url('postgres')
    try {
      const { pid, finished } = startEbb(folder, ['run', 'database.yaml'])
      await expect.poll(sleepers, { timeout: 20_000 }).toBe(1)
      process.kill(pid, 'SIGINT')
      const { code, stderr } = await finished
      expect([code, stderr.trimEnd().split('\n').length]).toEqual([130, 2])
      await expect.poll(sleepers, { timeout: 10_000 }).toBe(0)
      const [run] = await runIds(folder)
      expect((await recordOf(folder, run!)).status).toBe('INTERRUPTED')
      expect(await readdir(folder)).not.toContain('scores')
    } finally {
      delete process.env['EBB_TEST_DATABASE']
      await rm(folder, { recursive: true, force: true })
    }
  })
})
