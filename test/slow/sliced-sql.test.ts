import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cutoffsOf, logPlan, openLog } from '../../bench/features/log-plan.ts'
import { sha256 } from '../../core/hash.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import { makeExamples } from '../../features/make-examples.ts'

const users = 25_000
let folder: string
let log: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-sliced-'))
  log = join(folder, 'log.parquet')
  const engine = await openDuckDb({ threads: 2, memoryBytes: 1e9, tempDirectory: join(folder, 'spill') })
  const type = `['login', 'view', 'cart', 'purchase', 'complaint', 'cancel', 'favourite'][1 + CAST(hash(i, 1) % 7 AS BIGINT)]`
  await engine.write(
    `SELECT 1 + CAST(hash(i, 2) % (1 + hash(i, 3) % ${users}) AS INTEGER) AS user_id,
      TIMESTAMP '2024-01-01' + to_seconds(CAST(hash(i, 4) % 47000000 AS INTEGER)) AS ts, ${type} AS event_type,
      CASE WHEN ${type} = 'purchase' THEN CAST(hash(i, 5) % 20000 AS INTEGER) / 100 END AS amount,
      'c' || lpad(CAST(hash(i, 6) % 24 AS VARCHAR), 2, '0') AS category,
      ['app', 'call', 'email', 'store', 'web'][1 + CAST(hash(i, 7) % 5 AS BIGINT)] AS channel FROM range(1200000) AS r(i)`,
    log,
  )
  await engine.close()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface How {
  readonly threads: number
  readonly memoryBytes: number
  /** Infinity: everybody at once. */
  readonly sliceBytes: number
}

async function make({ threads, memoryBytes, sliceBytes }: How) {
  const work = await mkdtemp(join(folder, 'made-'))
  const engine = await openDuckDb({ threads, memoryBytes, tempDirectory: join(work, 'spill') })
  await openLog(engine, [log], users)
  let slices = 0
  const onStatement = ({ statement }: { statement: string }): void =>
    void (slices += Number(statement.startsWith('slice ')))
  const options = { folder: join(work, 'slices'), memoryBytes, sliceBytes, onStatement }
  const made = await makeExamples(engine, logPlan(cutoffsOf(6)), options)
  const [spilled] = await engine.rows('SELECT SUM(temporary_storage_bytes) AS bytes FROM duckdb_memory()')
  const { paths, rows } = await engine.pull(made.select, work)
  const bytes = sha256(await readFile(paths[0]!))
  await engine.close()
  await rm(work, { recursive: true })
  return { bytes, rows, slices, isSpilled: Number(spilled!['bytes']) > 0 }
}

test('1.2 million events of unevenly active users: the same sha256 whole, spilled, and in slices, by 1 and 2 threads', async () => {
  const whole = await make({ threads: 2, memoryBytes: 4e9, sliceBytes: Infinity })
  expect(whole).toMatchObject({ slices: 0, isSpilled: false })
  expect(whole.rows).toBeGreaterThan(40_000)
  const spilled = await make({ threads: 2, memoryBytes: 210e6, sliceBytes: Infinity })
  expect(spilled).toEqual({ ...whole, isSpilled: true })
  const many = await make({ threads: 1, memoryBytes: 4e9, sliceBytes: 40e6 })
  expect(many).toEqual({ ...whole, slices: many.slices })
  expect(many.slices).toBeGreaterThan(3)
  const few = await make({ threads: 2, memoryBytes: 300e6, sliceBytes: 90e6 })
  expect({ ...few, isSpilled: false }).toEqual({ ...whole, slices: few.slices })
  expect(few.slices).toBeGreaterThan(1)
})
