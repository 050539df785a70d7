import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { EbbError } from '../core/errors.ts'
import type { Dataset } from '../core/dataset.ts'
import type { Resources } from '../core/stage.ts'
import type { Engine } from '../engines/engine.ts'
import { readDataset } from '../engines/read-dataset.ts'
import { openEngine } from '../engines/registry.ts'
import { importModel, type ImportOptions, type ImportSummary } from '../models/import.ts'
import { predictParts } from '../models/predict-parts.ts'
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
    await openTable(engine, table, signal)
    await checkColumns(engine, { table, id, features })
    const [counted] = await engine.rows('SELECT count(*) AS n FROM ebb_table')
    const rows = Number(counted!['n'])
    const spec = {
      users: 'ebb_row',
      cutoffs: 'ebb_day',
      features: features.map(({ name, kind, isCoded }) => ({ name, kind: isCoded ? ('number' as const) : kind })),
    }
    const options = { ...resources, tempDirectory: join(workDirectory, 'read'), signal }
    const partAt = async (begin: number): Promise<Dataset> => {
      const folder = join(workDirectory, `rows-${begin}`)
      const sql = datasetSql(engine, features, [begin, begin + rowsPerPart])
      const { dataset } = await readDataset(await engine.pull(sql, folder, { signal }), spec, options)
      await rm(folder, { recursive: true })
      return dataset
    }
    const values = new Float64Array(rows)
    let begin = 0
    for await (const p of predictParts({ predict }, partsOf({ rows, rowsPerPart }, partAt), {
      signal,
      threads: resources.threads,
    })) {
      values.set(p, begin)
      begin += p.length
    }
    await engine.load('ebb_predicted', [
      { name: 'ebb_row', type: 'integer', values: Uint32Array.from(values, (_, row) => row) },
      { name: 'probability', type: 'double', values },
    ])
    const name = engine.dialect.identifier(id ?? 'ebb_row')
    const columns = id === null ? 'p.ebb_row AS row' : `t.${name}`
    const sql = `SELECT ${columns}, p.probability FROM ebb_table t JOIN ebb_predicted p ON p.ebb_row = t.ebb_row ORDER BY p.ebb_row`
    await engine.write(sql, to, { signal })
    return rows
  } finally {
    await engine.close()
    await rm(workDirectory, { recursive: true, force: true })
  }
}

async function* partsOf(
  { rows, rowsPerPart }: { rows: number; rowsPerPart: number },
  partAt: (begin: number) => Promise<Dataset>,
): AsyncGenerator<Dataset> {
  for (let begin = 0; begin < rows; begin += rowsPerPart) yield await partAt(begin)
}

/** `ebb_table`: the rows in their order, numbered. */
async function openTable(engine: Engine, table: string, signal: AbortSignal): Promise<void> {
  const path = engine.dialect.text(table)
  const reader = extname(table) === '.parquet' ? `read_parquet(${path})` : `read_csv(${path}, sample_size = -1)`
  await engine.execute(`CREATE TEMP TABLE ebb_table AS SELECT row_number() OVER () - 1 AS ebb_row, * FROM ${reader}`, {
    signal,
  })
}

async function checkColumns(
  engine: Engine,
  { table, id, features }: { table: string; id: string | null; features: ImportSummary['features'] },
): Promise<void> {
  const rows = await engine.rows('DESCRIBE ebb_table')
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
    received: `${known.length - 1} columns`,
  })
}

/** Row number, a day that nobody reads, and the features: numbers as doubles, categories as text (as numbers where the model knows codes alone). */
function datasetSql(
  { dialect }: Engine,
  features: ImportSummary['features'],
  [begin, end]: readonly [number, number],
): string {
  const columns = features.map(({ name, kind, isCoded }) => {
    const column = dialect.identifier(name)
    return `${dialect.cast(column, kind === 'number' || isCoded ? 'double' : 'text')} AS ${column}`
  })
  return `SELECT ebb_row, DATE '1970-01-01' AS ebb_day, ${columns.join(', ')} FROM ebb_table WHERE ebb_row >= ${begin} AND ebb_row < ${end} ORDER BY ebb_row`
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
