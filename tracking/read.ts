import { join } from 'node:path'
import { z } from 'zod'
import type { RunRecord, RunStatus } from '../core/artifacts.ts'
import { EbbError } from '../core/errors.ts'
import { parseJson } from '../core/json.ts'
import { metricByName } from '../evaluation/registry.ts'
import { nodeFileSystem, type FileSystem } from '../store/file-system.ts'
import { isRunId, runFiles, runLockPath } from '../store/layout.ts'
import { inspectLock } from '../store/lock.ts'

/** One folder below `runs/`. */
export interface RunEntry {
  readonly id: string
  readonly dir: string
  /** `CRASHED` when the record says RUNNING and no live lock stands behind it; `CORRUPT` when there is no readable record. */
  readonly status: RunStatus | 'CORRUPT'
  /** null when corrupt. */
  readonly record: RunRecord | null
  /** Why it is corrupt. */
  readonly problem: string | null
}

const statuses = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'INTERRUPTED', 'CRASHED'] as const
/** What listing and comparing rely on; further keys of later versions pass. */
const recordSchema = z.looseObject({
  schemaVersion: z.literal(1),
  id: z.string(),
  experiment: z.string(),
  status: z.enum(statuses),
  startedAt: z.string(),
  configHash: z.string(),
  versions: z.looseObject({}),
})

/** Every run below `runsDir`, newest first. A missing folder has none; a damaged run is listed as such. */
export async function listRuns(runsDir: string, fs: FileSystem = nodeFileSystem): Promise<RunEntry[]> {
  const names = (await fs.list(runsDir).catch(() => [])).filter(isRunId).reverse()
  return Promise.all(names.map((name) => readRun(runsDir, name, fs)))
}

async function readRun(runsDir: string, id: string, fs: FileSystem): Promise<RunEntry> {
  const dir = join(runsDir, id)
  try {
    const record = recordSchema.parse(parseJson((await fs.readFile(join(dir, runFiles.run))).toString('utf8')))
    const isAlive =
      record.status !== 'RUNNING' || (await inspectLock(runLockPath(runsDir, id), { fs })).state === 'held'
    const status = isAlive ? record.status : 'CRASHED'
    return { id, dir, status, record: { ...(record as unknown as RunRecord), status }, problem: null }
  } catch (error) {
    return { id, dir, status: 'CORRUPT', record: null, problem: problemOf(error) }
  }
}

function problemOf(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'run.json is missing'
  if (error instanceof z.ZodError) {
    const issue = error.issues[0]!
    return `run.json: ${issue.path.join('.') || 'document'}: ${issue.message}`
  }
  return `run.json: ${error instanceof Error ? error.message : String(error)}`
}

/**
 * The run that `reference` means: an id, the unique start of one, `@latest` (the newest readable run), or
 * `@best:METRIC`: the best finished run by that metric of its winner on test (`@best:auc`), or by a full key of
 * metrics.json (`@best:select.boosted.auc`). Throws an EbbError of kind `usage` otherwise.
 */
export async function findRun(
  runsDir: string,
  reference: string,
  fs: FileSystem = nodeFileSystem,
): Promise<RunEntry & { readonly record: RunRecord }> {
  const runs = await listRuns(runsDir, fs)
  const found = reference.startsWith('@best:')
    ? await best(runs, reference.slice('@best:'.length), fs)
    : reference === '@latest'
      ? runs.find(({ record }) => record !== null)
      : byPrefix(runs, reference)
  if (found === undefined)
    throw usage(reference, 'no such run', runs.length === 0 ? `there are no runs in ${runsDir}` : 'ebb runs lists them')
  if (found.record === null) throw usage(found.id, `the run cannot be read: ${found.problem}`)
  return { ...found, record: found.record }
}

function byPrefix(runs: readonly RunEntry[], reference: string): RunEntry | undefined {
  const matches = runs.filter(({ id }) => reference !== '' && id.startsWith(reference))
  const exact = matches.find(({ id }) => id === reference)
  if (exact !== undefined || matches.length <= 1) return exact ?? matches[0]
  const some = matches.slice(0, 5).map(({ id }) => id)
  throw usage(reference, `${matches.length} runs start like this: ${some.join(', ')}`, 'give more of the id')
}

async function best(runs: readonly RunEntry[], wanted: string, fs: FileSystem): Promise<RunEntry | undefined> {
  const { direction, ideal = 0 } = metricByName(wanted.split('.').at(-1)!, `@best:${wanted}`)
  let found: RunEntry | undefined
  let bestValue = Number.NEGATIVE_INFINITY
  for (const run of runs) {
    if (run.record === null || run.status !== 'SUCCEEDED') continue
    const metrics = await readMetrics(run.dir, fs)
    const value = metrics[wanted.includes('.') ? wanted : `test.${String(metrics['winner'])}.${wanted}`]
    if (typeof value !== 'number' || Number.isNaN(value)) continue
    const worth = direction === 'maximize' ? value : direction === 'minimize' ? -value : -Math.abs(value - ideal)
    if (found !== undefined && worth <= bestValue) continue
    found = run
    bestValue = worth
  }
  return found
}

/** metrics.json, or nothing when it is missing or damaged. */
export async function readMetrics(
  dir: string,
  fs: FileSystem = nodeFileSystem,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value = parseJson((await fs.readFile(join(dir, runFiles.metrics))).toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function usage(reference: string, what: string, hint?: string): EbbError {
  return new EbbError({ code: 'RUN_UNKNOWN', kind: 'usage', where: `run "${reference}"`, what, hint })
}
