// The 46 tags by us. argv: events.parquet, users, `sweep`, `parquet` (also written) or `sql`, cutoffs, threads, values.bin.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dataset } from '../../core/dataset.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine } from '../../engines/engine.ts'
import { readDataset } from '../../engines/read-dataset.ts'
import { makeExamples } from '../../features/make-examples.ts'
import type { ExamplePlan } from '../../features/plan.ts'
import { canSweep, sweepExamples } from '../../features/sweep.ts'
import { cutoffsOf, logPlan, openLog } from './log-plan.ts'
import { writeValues } from './tag-values.ts'

const [file, users, mode, cutoffs, threads, values] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'ebb-bench-'))
const memoryBytes = 1.5e9
const resources = { threads: Number(threads), memoryBytes }

interface Made {
  readonly dataset: Dataset
  readonly labels: Uint8Array
}

async function bySweep(engine: Engine, plan: ExamplePlan): Promise<Made> {
  if (!canSweep(engine)) throw new Error('the engine cannot be swept')
  const signal = new AbortController().signal
  const parquet = mode === 'parquet' ? { parquet: join(folder, 'examples.parquet') } : {}
  const swept = await sweepExamples(engine, plan, { resources, workDir: folder, signal, ...parquet })
  return { dataset: swept.dataset, labels: swept.predictions[0]!.labels! }
}

async function bySql(engine: Engine, plan: ExamplePlan): Promise<Made> {
  const compiled = await makeExamples(engine, plan, { folder: join(folder, 'slices'), memoryBytes })
  const parts = compiled.parts ?? (await engine.pull(compiled.select, folder))
  const features = compiled.columns.filter(({ role }) => role === 'feature')
  const spec = { users: 'user_index', cutoffs: 'cutoff', label: 'label', features, order: 'cutoffs' } as const
  const { dataset, labels } = await readDataset(parts, spec, { ...resources, tempDirectory: join(folder, 'read') })
  return { dataset, labels: labels! }
}

const start = performance.now()
const engine = await openDuckDb({ threads: Number(threads), memoryBytes, tempDirectory: join(folder, 'spill') })
await openLog(engine, [file!], Number(users))
const plan = logPlan(cutoffsOf(Number(cutoffs)))
const { dataset, labels } = await (mode === 'sql' ? bySql(engine, plan) : bySweep(engine, plan))
const seconds = (performance.now() - start) / 1000
const peakMb = (process.resourceUsage().maxRSS * 1024) / 1e6
writeValues(values!, dataset)
await engine.close()
rmSync(folder, { recursive: true, force: true })
const churned = labels.reduce((sum, label) => sum + label, 0)
const quality = { rows: dataset.rowCount, churned }
const output = JSON.stringify({ path: values, tags: dataset.names })
process.stdout.write(`${JSON.stringify({ seconds, peakMb, quality, output })}\n`)
