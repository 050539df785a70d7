import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FileProfile, inspectFile } from '../../data/inspect-file.ts'
import { proposeMapping } from '../../data/propose-mapping.ts'
import type { Engine } from '../../engines/engine.ts'
import { openEngine } from '../../engines/registry.ts'

let engine: Engine
let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ebb-inspect-'))
  engine = await openEngine({ kind: 'duckdb' }, { threads: 1, memoryBytes: 2e8, workDirectory: dir })
})
afterAll(async () => {
  await engine.close()
  await rm(dir, { recursive: true, force: true })
})

async function inspect(text: string, name = 'log.csv'): Promise<FileProfile> {
  const path = join(dir, name)
  await writeFile(path, text)
  return inspectFile({ engine, path, workDir: dir, copyTo: join(dir, 'copy.csv') })
}

const amounts = (values: readonly string[]): string =>
  ['user;time;amount', ...values.map((value, i) => `u${i % 3};2025-01-0${1 + (i % 9)};${value}`)].join('\n')

it('of 130 columns, looked at by 64, each is told by its own texts: a day, a level, a number or nothing', async () => {
  const names = Array.from({ length: 130 }, (_, j) => `c${j}`)
  const cell = (i: number, j: number): string =>
    [`2025-01-0${1 + ((i + j) % 9)}`, `l${i === 0 ? j : 'x'}`, `${i},5`, ''][j % 4]!
  const rows = Array.from({ length: 6 }, (_, i) => names.map((_, j) => cell(i, j)).join(';'))
  const { columns } = await inspect([names.join(';'), ...rows].join('\n'))
  for (const [j, column] of columns.entries()) {
    const { name, filled, numbers, time, values } = column
    expect([name, filled]).toEqual([`c${j}`, j % 4 === 3 ? 0 : 6])
    expect(time).toEqual(j % 4 === 0 ? { kind: 'iso' } : null)
    expect(numbers).toEqual(j % 4 === 2 ? { decimal: ',', isGuess: false } : null)
    if (j % 4 === 1) expect(values).toEqual(['lx', `l${j}`])
    if (j % 4 === 3) expect(values).toEqual([])
  }
  expect(columns.length).toBe(130)
})

describe('how numbers are written', () => {
  it.each([
    [['12.50', '1200', '-3'], { decimal: '.' }],
    [['12,50', '1200', '-3'], { decimal: ',' }],
    [['1.234,50', '12,50', '3'], { decimal: ',', thousands: '.' }],
    [['"1,234.50"', '12.50', '1,234,567'], { decimal: '.', thousands: ',' }],
    [["1'234.50", '2'], { decimal: '.', thousands: "'" }],
    [['1 234,50', '1\u202f234,50', '1\u00a0234'], { decimal: ',', thousands: ' ' }],
    [['1.234.567', '1.234'], { decimal: ',', thousands: '.' }],
    [['1.234', '0.500', '2'], { decimal: '.' }], // no group of thousands begins with 0
    [['1.234', '2.500', '3.000'], { decimal: '.' }], // three decimals everywhere
    [['1.234', '950', '2000'], { decimal: '.' }], // four digits in a row: nothing parts thousands
  ])('%j: %j, as surely as the file shows it', async (values, style) => {
    const { columns } = await inspect(amounts(values))
    expect(columns[2]!.numbers).toEqual({ ...style, isGuess: false })
  })

  it.each([
    [['1.234', '950', '12.000'], { decimal: ',', thousands: '.' }],
    [['1,234', '950', '12,000'], { decimal: '.', thousands: ',' }],
  ])('%j: one group of three beside whole numbers below 1000 is a guess', async (values, style) => {
    const { columns } = await inspect(amounts(values))
    expect(columns[2]!.numbers).toEqual({ ...style, isGuess: true })
    expect(columns[2]!.hasFractions).toBe(false)
  })

  it('words, currency signs and groups of two are no numbers', async () => {
    for (const value of ['x', '$5', '12,34,567'])
      expect((await inspect(amounts([value, value]))).columns[2]!.numbers).toBeNull()
  })
})

describe('what stands in the first line', () => {
  const rows = Array.from({ length: 30 }, (_, i) => `u${i % 4},2025-01-${String(1 + (i % 28)).padStart(2, '0')},view`)

  it('nameless columns, of row numbers or behind a last comma, leave it a header', async () => {
    const numbered = await inspect([',user,time,event', ...rows.map((row, i) => `${i},${row}`)].join('\n'))
    const trailing = await inspect(['user,time,event,', ...rows.map((row) => `${row},`)].join('\n'))
    for (const profile of [numbered, trailing])
      expect(proposeMapping(profile, 'log.csv').columns).toEqual({
        user_id: 'user',
        event_time: 'time',
        event_type: 'event',
      })
  })

  it('two columns of one name are refused by name, not read as a row', async () => {
    await expect(inspect(['user,time,event,event', ...rows.map((row) => `${row},x`)].join('\n'))).rejects.toThrow(
      'two columns are called "event"',
    )
  })

  it('JSON that is not one object in every line is refused in so many words', async () => {
    for (const text of ['[{"a": 1}, {"a": 2}]', '[\n  {"a": 1},\n  {"a": 2}\n]', '{"rows": [\n{"a": 1}\n]}'])
      await expect(inspect(text, 'log.json')).rejects.toMatchObject({
        code: 'INIT_NO_TABLE',
        message: expect.stringContaining('is JSON, but not one object in every line'),
      })
  })
})

it('a folder, a pattern and an address are refused with what to give, before anything is read', async () => {
  const said = (path: string): Promise<string> =>
    inspectFile({ engine, path, workDir: dir, copyTo: join(dir, 'copy.csv') }).then(
      () => 'fine',
      ({ message }: Error) => message.replaceAll(dir, 'D'),
    )
  await mkdir(join(dir, 'parts'))
  expect(await said(join(dir, 'parts'))).toBe(
    'ebb init --data: D/parts: is a folder, expected one file; no file in it looks like a log',
  )
  await writeFile(join(dir, 'parts/b.csv'), 'a,b')
  await writeFile(join(dir, 'parts/_SUCCESS'), '')
  const widen = 'and where several make the log, write the pattern into sources.log.path of the config'
  expect(await said(join(dir, 'parts'))).toBe(
    `ebb init --data: D/parts: is a folder, expected one file; give D/parts/b.csv, ${widen}`,
  )
  expect(await said(join(dir, 'parts/*.csv'))).toBe(
    `ebb init --data: D/parts/*.csv: is a pattern, expected one file; give any of them, ${widen}`,
  )
  expect(await said('https://example.com/x.csv')).toBe(
    'ebb init --data: https://example.com/x.csv: is an address, expected one file; Ebb reads files of this machine, and PostgreSQL: fetch it first',
  )
  expect(await said(join(dir, 'parts/c.csv'))).toMatch(
    /: no such file, expected a file, relative to the working folder; did you mean "b.csv"\?$/,
  )
})

it('columns that no field of the log was found for are named', async () => {
  const rows = Array.from({ length: 30 }, (_, i) => `u${i % 4},2025-01-${String(1 + (i % 28)).padStart(2, '0')},$5,n`)
  const profile = await inspect(['user,time,price,note', ...rows].join('\n'))
  expect(proposeMapping(profile, 'log.csv').assumptions).toContainEqual({
    what: 'not used',
    value: 'price, note',
    sure: 'likely',
    because: expect.any(String),
  })
})
