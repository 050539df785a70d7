import { expect, test } from 'vitest'
import { failure, openTestEngine } from './temporary-folder.ts'

const numbers = (rows: number): string =>
  `SELECT CAST(range AS INTEGER) AS a, CAST(-range AS INTEGER) FROM range(${rows})`

test('each of 300,001 rows is visited once, at 1 and 2 threads, queries one after the other', async () => {
  for (const threads of [1, 2]) {
    const engine = await openTestEngine(threads)
    const seen = new Uint8Array(300_001)
    let opposite = true
    await engine.scanner!.scan(
      [numbers(300_001), `${numbers(300_001)} WHERE range < 3`],
      ({ rows, columns: [a, b] }) => {
        for (let i = 0; i < rows; i++) {
          seen[a![i]!]!++
          opposite &&= b![i] === -a![i]!
        }
      },
    )
    expect([opposite, [...seen.subarray(0, 4)], seen.subarray(3).every((times) => times === 1)]).toEqual([
      true,
      [2, 2, 2, 1],
      true,
    ])
  }
})

test('a query that fails in row 700,001 of 1,000,000 fails, though rows were visited by then', async () => {
  const engine = await openTestEngine()
  let visited = 0
  const sql = 'SELECT CAST(CASE WHEN range = 700000 THEN 3000000000 ELSE range END AS INTEGER) AS x FROM range(1000000)'
  const error = await failure(engine.scanner!.scan([sql], ({ rows }) => void (visited += rows)))
  expect(error.message).toMatch(/out of range/)
  expect(visited).toBeLessThan(1_000_000)
})

test('what the visitor throws fails the scan; the next one works', async () => {
  const engine = await openTestEngine()
  const refuse = (): void => {
    throw new RangeError('no such user')
  }
  expect((await failure(engine.scanner!.scan([numbers(100_000)], refuse))).message).toMatch(/no such user/)
  let rows = 0
  await engine.scanner!.scan([numbers(5_000)], (piece) => void (rows += piece.rows))
  expect(rows).toBe(5_000)
})

test('a scan of 2,000,000,000 rows ends when its signal says so', async () => {
  const engine = await openTestEngine()
  const stop = new AbortController()
  const scan = engine.scanner!.scan([numbers(2_000_000_000)], () => undefined, { signal: stop.signal })
  setTimeout(() => stop.abort(), 20)
  expect((await failure(scan)).message).toMatch(/stopped on request/)
})
