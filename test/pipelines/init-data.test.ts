import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { spellingLine } from '../../pipelines/init-data/spelling-line.ts'
import { initData, type InitDataOutcome } from '../../pipelines/init-data.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ebb-init-data-'))
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

async function init(name: string, content: string | Uint8Array): Promise<InitDataOutcome & { config: string }> {
  const file = join(root, name)
  await writeFile(file, content)
  const dir = join(root, `of-${name.replaceAll('.', '-')}`)
  const outcome = await initData({
    dir,
    file,
    env: {},
    signal: new AbortController().signal,
    emit: () => undefined,
    resources: { threads: 2, memoryBytes: 1e9 },
  })
  return { ...outcome, config: await readFile(outcome.config, 'utf8') }
}

/** A shop: 80 users, each with a rhythm of his own and a last day. */
function orders(): { day: number; user: number; type: string; cents: number }[] {
  const random = createRandom('init-data')
  const rows = []
  for (let user = 0; user < 80; user++) {
    const end = 40 + random.integer(260)
    for (let day = random.integer(30); day < end; day += 1 + random.integer(14))
      rows.push({ day, user, type: random.next() < 0.7 ? 'Kauf' : 'Anmeldung', cents: 100 + random.integer(90_000) })
  }
  return rows.sort((a, b) => a.day - b.day || a.user - b.user)
}

const grouped = new Intl.NumberFormat('de-DE', { minimumFractionDigits: 2 })
const german = (day: number): string => {
  const date = new Date(Date.UTC(2025, 0, 1 + day))
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${two(date.getUTCDate())}.${two(date.getUTCMonth() + 1)}.${date.getUTCFullYear()} 10:30`
}

it('kinds of event that differ in case only are named, side by side', () => {
  expect(spellingLine(['view', 'login', 'purchase', 'Login', 'LOGIN'])).toMatchObject([
    { what: 'spelling', value: 'LOGIN, Login, login', sure: 'guess' },
  ])
  expect(spellingLine(['a', 'B', 'b', 'c', 'C', 'A'])[0]!.value).toBe('A, a, B, b, … (6)')
  expect(spellingLine(['login', 'log_in'])).toEqual([])
})

describe('ebb init --data', () => {
  it('semicolons, decimal commas, points between thousands, German names and days, Latin-1, CR LF: a config that runs, and how sure each line is', async () => {
    const lines = orders().map(({ day, user, type, cents }) => {
      const amount = type === 'Kauf' ? grouped.format(cents / 10) : ''
      return `${`K${String(user).padStart(4, '0')}`};${german(day)};${type};${amount};Möbel`
    })
    const text = ['Kunden-Nr;Zeitpunkt;Vorgang;Betrag EUR;Warengruppe', ...lines, ''].join('\r\n')
    const { config, assumptions, summary, users } = await init('umsatz.csv', Buffer.from(text, 'latin1'))
    const said = Object.fromEntries(assumptions.map(({ what, value }) => [what, value]))
    expect(said).toMatchObject({
      file: 'semicolon',
      user_id: 'Kunden-Nr',
      event_time: 'Zeitpunkt',
      event_type: 'Vorgang',
      amount: 'Betrag EUR',
      decimal: 'comma',
      thousands: 'point',
      staying: 'Kauf',
    })
    expect(assumptions.find(({ what }) => what === 'user_id')).toMatchObject({ sure: 'sure' })
    expect(users).toBe(80)
    expect(config).toContain('delimiter: ";"')
    expect(config).toContain(`decimal: ','\n    thousands: "."`)
    expect(config).not.toContain('rejects')
    expect(config).toContain('encoding: latin-1')
    expect(config).toContain('timestampFormat: "%d.%m.%Y %H:%M"')
    expect(config).toContain('roles: { purchase: [Kauf] }')
    expect(summary.filter((line) => line.startsWith('cutoff')).length).toBeGreaterThan(3)
    await expect(init('umsatz.csv', Buffer.from(text, 'latin1'))).rejects.toMatchObject({
      code: 'INIT_EXISTS',
      message: expect.stringContaining('would overwrite churn.yaml'),
    })
  })

  it('a file whose columns stand in runs of blanks gets a copy with commas; the file itself stays as it is', async () => {
    const lines = orders().map(({ day, user, cents }) => {
      const date = new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10).replaceAll('-', '')
      return ` ${String(user + 1).padStart(5, '0')} ${date}  ${1 + (cents % 4)}  ${(cents / 100).toFixed(2).padStart(7)}`
    })
    const text = ['customer_id  date number_of_cds  dollar_value', ...lines, ''].join('\n')
    const { config, assumptions, files } = await init('master.txt', text)
    expect(files[0]).toBe('data/master-commas.csv')
    expect(config).toContain('path: data/master-commas.csv')
    expect(config).toContain('set: { event_type: purchase }')
    expect(config).not.toContain('userIdType')
    expect(assumptions.find(({ what }) => what === 'file')).toMatchObject({ value: 'blanks' })
    expect(await readFile(join(root, 'master.txt'), 'utf8')).toBe(text)
    await rm(join(root, 'of-master-txt', 'churn.yaml'))
    await expect(init('master.txt', text)).rejects.toMatchObject({
      code: 'INIT_EXISTS',
      message: expect.stringContaining('would overwrite'),
    })
  })

  it.each([
    { name: 'empty.csv', code: 'INPUT_EMPTY', says: 'the file is empty', content: () => '' },
    { name: 'header.csv', code: 'INIT_NO_TABLE', says: 'no rows below the header', content: () => 'user,time\n' },
    {
      name: 'noise.csv',
      code: 'INIT_NO_TABLE',
      says: 'is not text, and not Parquet',
      content: () => Uint8Array.from({ length: 4_096 }, (_, i) => i % 256),
    },
    {
      name: 'one.csv',
      code: 'INIT_NO_TABLE',
      says: 'has one column only, "a"',
      content: () => `a\n${'1\n2\n'.repeat(30)}`,
    },
    {
      name: 'fake.parquet',
      code: 'INIT_NO_TABLE',
      says: 'is named Parquet, but is none',
      content: () => 'no Parquet',
    },
    {
      name: 'cut.csv.gz',
      code: 'INPUT_UNREADABLE',
      says: 'cut.csv.gz',
      content: () => gzipSync(`user,time\n${'1,2025-01-01\n'.repeat(9_000)}`).subarray(0, 90),
    },
    {
      name: 'static.csv',
      code: 'INIT_NOT_A_LOG',
      says: 'one row per customerID, and no column with times',
      content: () => `customerID,plan,Churn\n${Array.from({ length: 60 }, (_, i) => `c${i},basic,No`).join('\n')}\n`,
    },
    {
      name: 'short.csv',
      code: 'INIT_LOG_TOO_SHORT',
      says: 'too short to train on one stretch of time',
      content: () =>
        `user,time\n${Array.from({ length: 60 }, (_, i) => `u${i % 9},2025-01-0${1 + (i % 3)}`).join('\n')}\n`,
    },
  ])('$name is refused with $code, and leaves no config', async ({ name, code, says, content }) => {
    await expect(init(name, content())).rejects.toMatchObject({
      code,
      kind: 'data',
      message: expect.stringContaining(says),
    })
    const dir = join(root, `of-${name.replaceAll('.', '-')}`)
    await mkdir(dir, { recursive: true })
    expect(await readdir(dir)).toEqual([])
  })
})
