// One more week. argv: folder, users, cutoffs, threads, `state` (keeps what a build before the week leaves), `refresh` or `full`.
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addDays, parseDay } from '../../core/day.ts'
import type { Column } from '../../core/dataset.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine } from '../../engines/engine.ts'
import { refreshExamples, type EventPart, type EventParts, type KeptState } from '../../features/refresh.ts'
import { canSweep, sweepExamples, type SweptExamples } from '../../features/sweep.ts'
import { cutoffsOf, logPlan, logSql, openLog } from './log-plan.ts'
import { lastWeek } from './split-log.ts'

const [folder, users, cutoffs, threads, mode] = process.argv.slice(2)
const stateFolder = join(folder!, `state-${cutoffs}`)
const stateFile = join(stateFolder, 'state.json')
const work = mkdtempSync(join(tmpdir(), 'ebb-bench-'))
const options = {
  resources: { threads: Number(threads), memoryBytes: 1.5e9 },
  workDir: work,
  signal: new AbortController().signal,
  code: 'bench',
}
const all = cutoffsOf(Number(cutoffs))
const before = { ...logPlan(all.slice(0, -1)), dataEnd: lastWeek }
const files = [join(folder!, 'before.parquet'), join(folder!, 'week.parquet')]

/** sha256 of a file, through one buffer that stays in the core's cache. */
function hashOf(path: string): string {
  const hash = createHash('sha256')
  const buffer = Buffer.alloc(2 ** 18)
  const file = openSync(path, 'r')
  for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) hash.update(buffer.subarray(0, read))
  closeSync(file)
  return hash.digest('hex')
}

/** A part per file, known by its bytes. */
async function fileParts(engine: Engine, paths: readonly string[]): Promise<EventParts> {
  const parts: EventPart[] = []
  const keys = paths.map(hashOf)
  for (const [at, path] of paths.entries()) {
    const key = keys[at]!
    const [row] = await engine.rows(
      `SELECT COUNT(*) AS n, MIN(ts) AS first, MAX(ts) AS last FROM read_parquet('${path}')`,
    )
    const day = (time: unknown) => parseDay(String(time).slice(0, 10))
    parts.push({ key, first: day(row!['first']), end: addDays(day(row!['last']), 1), events: Number(row!['n']) })
  }
  return { parts, relationOf: (some) => `(${logSql(some.map(({ key }) => paths[keys.indexOf(key)]!))})` }
}

async function build(engine: Engine): Promise<SweptExamples> {
  if (!canSweep(engine)) throw new Error('the engine cannot be swept')
  if (mode === 'full') {
    await openLog(engine, files, Number(users))
    return sweepExamples(engine, logPlan(all), options)
  }
  const paths = mode === 'state' ? files.slice(0, 1) : files
  await openLog(engine, paths, Number(users))
  const findParts = (): Promise<EventParts> => fileParts(engine, paths)
  const state = mode === 'state' ? null : (JSON.parse(readFileSync(stateFile, 'utf8')) as KeptState)
  const plan = mode === 'state' ? before : logPlan(all)
  const made = await refreshExamples(engine, plan, { ...options, findParts, folder: stateFolder, state, isKept: true })
  if (mode === 'refresh' && made.report.cutoffsMade !== 1) throw new Error(`not refreshed: ${made.report.reason}`)
  if (mode === 'state') writeFileSync(stateFile, JSON.stringify(made.next))
  process.stderr.write(`${JSON.stringify(made.report)}\n`)
  return made.swept
}

const bytesOf = (values: ArrayBufferView): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength)

/** Of every value of the dataset, in order. */
function fingerprint({ dataset, predictions }: SweptExamples): string {
  const hash = createHash('sha256').update(dataset.names.join()).update(bytesOf(dataset.users))
  hash.update(bytesOf(dataset.cutoffs)).update(bytesOf(predictions[0]!.labels!))
  const values = (column: Column): ArrayBufferView => (column.kind === 'number' ? column.values : column.codes)
  for (const column of dataset.columns) hash.update(bytesOf(values(column)))
  return hash.digest('hex')
}

mkdirSync(stateFolder, { recursive: true })
const start = performance.now()
const cpuBefore = process.cpuUsage()
const engine = await openDuckDb({ ...options.resources, tempDirectory: join(work, 'spill') })
const swept = await build(engine)
const seconds = (performance.now() - start) / 1000
const { user, system } = process.cpuUsage(cpuBefore)
const peakMb = (process.resourceUsage().maxRSS * 1024) / 1e6
await engine.close()
rmSync(work, { recursive: true, force: true })
const quality = { rows: swept.dataset.rowCount, cpuSeconds: (user + system) / 1e6 }
process.stdout.write(`${JSON.stringify({ seconds, peakMb, quality, output: fingerprint(swept) })}\n`)
