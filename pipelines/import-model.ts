import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { EbbError } from '../core/errors.ts'
import type { Resources } from '../core/stage.ts'
import type { Engine } from '../engines/engine.ts'
import { streamDataset } from '../engines/stream-dataset.ts'
import { openEngine } from '../engines/registry.ts'
import { importModel, type ImportOptions, type ImportSummary } from '../models/import.ts'
import { packModel } from '../models/pack.ts'
import { writeFileAtomic } from '../store/atomic.ts'

export interface ImportRequest extends ImportOptions {
  /** Model of LightGBM or XGBoost. */
  readonly file: string
  /** Where the model goes as one of ours; null: nowhere. */
  readonly out: string | null
  /** Rows to score; null: none. */
  readonly score: ScoreTable | null
  readonly signal: AbortSignal
  readonly resources: Resources
}

export interface ScoreTable {
  /** Parquet or CSV with the model's features as columns. */
  readonly table: string
  /** Column that is kept beside the probability; null: the number of the row, from 0. */
  readonly id: string | null
  /** Parquet file to write. */
  readonly to: string
  /** Rows whose features are in memory at a time; default 200,000. */
  readonly rowsPerPart?: number
}

export interface ImportOutcome {
  readonly summary: ImportSummary
  readonly out: string | null
  readonly scored: { readonly rows: number; readonly file: string } | null
}

/** Reads a model of another program; keeps it as one of ours, scores a table with it, or both. */
export async function importForeignModel(request: ImportRequest): Promise<ImportOutcome> {
  const { file, out, score, levels, iterations, names } = request
  const { model, summary } = importModel(await inputFile(file), file, { levels, iterations, names })
  if (out !== null) await writeFileAtomic(out, packModel(model.save()))
  if (score === null) return { summary, out, scored: null }
  const rows = await scoreTable(request, score, { predict: model.predict, features: summary.features })
  return { summary, out, scored: { rows, file: score.to } }
}

interface Scoring {
  readonly predict: ReturnType<typeof importModel>['model']['predict']
  readonly features: ImportSummary['features']
}

async function scoreTable(
  { signal, resources }: ImportRequest,
  { table, id, to, rowsPerPart = 200_000 }: ScoreTable,
  { predict, features }: Scoring,
): Promise<number> {
  const workDirectory = await mkdtemp(join(tmpdir(), 'ebb-import-'))
  const engine = await openEngine({ kind: 'duckdb' }, { ...resources, workDirectory, signal })
  try {
    const source = await openTable(engine, { table, workDirectory, signal })
    await checkColumns(engine, source, { table, id, features })
    const spec = {
      users: 'ebb_row',
      cutoffs: 'ebb_day',
      features: features.map(({ name, kind, isCoded }) => ({ name, kind: isCoded ? ('number' as const) : kind })),
    }
    const options = { ...resources, rowsPerPart, tempDirectory: join(workDirectory, 'read'), signal }
    const parts: Float64Array[] = []
    const rows = await streamDataset(datasetSql(engine, source, features), spec, options, async (part) => {
      parts.push(await predict(part, { signal, threads: resources.threads }))
    })
    await loadPredicted(engine, parts, rows)
    const name = engine.dialect.identifier(id ?? 'ebb_row')
    const numbered = `SELECT row_number() OVER () - 1 AS ebb_row${id === null ? '' : `, ${name}`} FROM ${source}`
    const sql =
      id === null
        ? 'SELECT p.ebb_row AS row, p.probability FROM ebb_predicted p ORDER BY p.ebb_row'
        : `SELECT t.${name}, p.probability FROM (${numbered}) t JOIN ebb_predicted p ON p.ebb_row = t.ebb_row ORDER BY p.ebb_row`
    await engine.write(sql, to, { signal })
    return rows
  } finally {
    await engine.close()
    await rm(workDirectory, { recursive: true, force: true })
  }
}

async function loadPredicted(engine: Engine, parts: readonly Float64Array[], rows: number): Promise<void> {
  const values = new Float64Array(rows)
  let begin = 0
  for (const part of parts) {
    values.set(part, begin)
    begin += part.length
  }
  await engine.load('ebb_predicted', [
    { name: 'ebb_row', type: 'integer', values: Uint32Array.from(values, (_, row) => row) },
    { name: 'probability', type: 'double', values },
  ])
}

/** The table as a relation that can be read again and again: a CSV is parsed once. */
async function openTable(
  engine: Engine,
  { table, workDirectory, signal }: { table: string; workDirectory: string; signal: AbortSignal },
): Promise<string> {
  const { dialect } = engine
  if (extname(table) === '.parquet') return `read_parquet(${dialect.text(table)})`
  const sql = `SELECT * FROM read_csv(${dialect.text(table)}, sample_size = -1)`
  return dialect.parquet((await engine.pull(sql, join(workDirectory, 'table'), { signal })).paths)
}

async function checkColumns(
  engine: Engine,
  source: string,
  { table, id, features }: { table: string; id: string | null; features: ImportSummary['features'] },
): Promise<void> {
  const rows = await engine.rows(`DESCRIBE SELECT * FROM ${source}`)
  const known = rows.map((row) => String(row['column_name']))
  const wanted = [...features.map(({ name }) => name), ...(id === null ? [] : [id])]
  const missing = wanted.filter((name) => !known.includes(name))
  if (missing.length === 0) return
  throw new EbbError({
    code: 'MODEL_COLUMN_MISSING',
    kind: 'data',
    where: table,
    what: `${missing.length === 1 ? 'a column is' : `${missing.length} columns are`} missing: ${missing.slice(0, 8).join(', ')}`,
    expected: `${wanted.length} columns by name`,
    received: `${known.length} columns`,
  })
}

/** A user and a day that nobody reads, and the features: numbers as doubles, categories as text (as numbers where the model knows codes alone). */
function datasetSql({ dialect }: Engine, source: string, features: ImportSummary['features']): string {
  const columns = features.map(({ name, kind, isCoded }) => {
    const column = dialect.identifier(name)
    return `${dialect.cast(column, kind === 'number' || isCoded ? 'double' : 'text')} AS ${column}`
  })
  return `SELECT ${['0 AS ebb_row', "DATE '1970-01-01' AS ebb_day", ...columns].join(', ')} FROM ${source}`
}

async function inputFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new EbbError({
      code: 'INPUT_MISSING',
      kind: 'data',
      where: path,
      what: 'the file cannot be read',
      received: (cause as NodeJS.ErrnoException).code ?? String(cause),
      cause,
    })
  }
}
