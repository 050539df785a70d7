import { join } from 'node:path'
import type { InputFile } from '../../../core/artifacts.ts'
import { sha256 } from '../../../core/hash.ts'
import type { PostgresConfig } from '../../postgres.ts'
import { checkColumns } from '../check-columns.ts'
import { refuseNoRows } from '../open-parquet.ts'
import type { PreparedFiles, PrepareFiles } from '../prepare-files.ts'
import { textList, type SqlSession } from '../sql-session.ts'
import { stagedColumn } from '../text-sql.ts'
import { stagedType } from './column-type.ts'
import { relationOf } from './relation.ts'
import type { RawRow, ResultField, Snapshot } from './snapshot.ts'

/** A Parquet part of the staged rows: at most so many rows, at most about so much text. */
const partRows = 122_880
const partBytes = 64e6

const rowColumn = '__ebb_row'

/**
 * Rows of a table or query, streamed into Parquet parts under `workDir`: only the needed columns, typed, bounded in
 * memory. Which rows they were is told by their count and a hash that does not depend on their order.
 */
export async function preparePostgres(
  session: SqlSession,
  prepare: PrepareFiles & { readonly postgres: PostgresConfig },
): Promise<PreparedFiles> {
  const { where, postgres } = prepare
  const { snapshot, label } = await prepare.databases.snapshotOf(postgres, where)
  const uri = postgres.table === undefined ? `${label} (query)` : `${label} ${postgres.table}`
  const place = `${where}: ${uri}`
  const relation = relationOf(postgres)
  const fields = await snapshot.describe(`SELECT * FROM ${relation}`, place)
  const names = fields.map(({ name }) => name)
  const needed = prepare.needed(names)
  checkColumns([{ uri, names }], needed, where)
  const chosen = [...needed.required, ...needed.optional].map((name) => fields.find((field) => field.name === name)!)
  const staging = new Staging(session, prepare, chosen)
  const select = `SELECT ${chosen.map(({ name }) => `"${name.replaceAll('"', '""')}"`).join(', ')} FROM ${relation}`
  await stage(staging, snapshot, { select, place, onRows: prepare.onRows })
  const file = { path: uri, uri, bytes: 0, modifiedMs: 0 }
  if (staging.rows === 0) refuseNoRows([file], where)
  const input = await staging.input(prepare.source, uri)
  const parquet = `read_parquet(${textList(session.dialect, staging.paths)})`
  const table = {
    relation: parquet,
    columns: chosen.map((field, at) => ({ name: field.name, type: stagedType(field).type, sql: stagedColumn(at) })),
    files: [file],
    fileSql: session.dialect.text(uri),
    positionSql: rowColumn,
    startsSql: null,
    unit: 'row',
    headerLines: 0,
    brokenSql: null,
    brokenLines: null,
    notes: [],
  } as const
  return { table, inputs: async () => [input] }
}

async function stage(
  staging: Staging,
  snapshot: Snapshot,
  { select, place, onRows }: { select: string; place: string; onRows: PrepareFiles['onRows'] },
): Promise<void> {
  for await (const rows of snapshot.read(select, place)) {
    await staging.add(rows)
    onRows?.(staging.rows)
  }
  await staging.flush()
}

/** Collects rows as columns of text and writes them, typed, part by part. */
class Staging {
  readonly paths: string[] = []
  /** Seen so far, written or not. */
  rows = 0
  private readonly session: SqlSession
  private readonly place: Pick<PrepareFiles, 'name' | 'workDir'>
  private readonly fields: readonly ResultField[]
  private values: (string | null)[][]
  private bytes = 0

  constructor(session: SqlSession, place: Pick<PrepareFiles, 'name' | 'workDir'>, fields: readonly ResultField[]) {
    this.session = session
    this.place = place
    this.fields = fields
    this.values = fields.map(() => [])
  }

  async add(rows: readonly RawRow[]): Promise<void> {
    for (const row of rows)
      for (const [at, column] of this.values.entries()) {
        const value = row[at]!
        column.push(value)
        this.bytes += value?.length ?? 0
      }
    this.rows += rows.length
    if (this.values[0]!.length >= partRows || this.bytes >= partBytes) await this.flush()
  }

  async flush(): Promise<void> {
    const [first] = this.values as [(string | null)[]]
    if (first.length === 0) return
    const { name, workDir } = this.place
    const batch = `${name}_batch`
    const columns = this.values.map((values, at) => ({ name: stagedColumn(at), type: 'text' as const, values }))
    const places = Int32Array.from(first, (_, at) => at)
    await this.session.load(batch, [...columns, { name: rowColumn, type: 'integer', values: places }])
    const typed = this.fields.map((field, at) => `${stagedType(field).cast(stagedColumn(at))} AS ${stagedColumn(at)}`)
    const position = `CAST(${rowColumn} AS BIGINT) + ${this.rows - first.length} AS ${rowColumn}`
    const path = join(workDir, `${name}-${this.paths.length}.parquet`)
    const select = `SELECT ${[...typed, position].join(', ')} FROM ${this.session.dialect.identifier(batch)}`
    await this.session.write(this.paths.length === 0 ? `stage_${name}` : null, select, path)
    await this.session.execute(null, this.session.dialect.dropTable(this.session.dialect.identifier(batch)))
    this.paths.push(path)
    this.values = this.fields.map(() => [])
    this.bytes = 0
  }

  /** The hash is over names, types, the number of rows and the sum of the rows' own sha256: the same in any order. */
  async input(source: string, uri: string): Promise<InputFile> {
    const shown = this.fields.map((_, at) => `CAST(${stagedColumn(at)} AS VARCHAR)`)
    const marked = shown.map((value) => `COALESCE(length(${value}) || ':' || ${value}, '-')`)
    const lanes = [1, 16, 31, 46].map(
      (from) => `CAST(sum(CAST('0x' || substring(hash, ${from}, 15) AS BIGINT)) AS VARCHAR)`,
    )
    const rows = `SELECT sha256(line) AS hash, strlen(line) AS bytes FROM (SELECT ${marked.join(` || ',' || `)} AS line FROM read_parquet(${textList(this.session.dialect, this.paths)}))`
    const [sum] = await this.session.rows(
      null,
      `SELECT count(*) AS row_count, CAST(sum(bytes) AS BIGINT) AS bytes, ${lanes.map((lane, at) => `${lane} AS lane_${at}`).join(', ')} FROM (${rows})`,
    )
    const types = this.fields.map((field) => [field.name, stagedType(field).type])
    const hashed = JSON.stringify([types, this.rows, ...lanes.map((_, at) => sum![`lane_${at}`])])
    return { source, uri, bytes: Number(sum!['bytes']), rows: this.rows, sha256: sha256(hashed) }
  }
}
