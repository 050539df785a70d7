import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { z } from 'zod'
import { parseDay } from '../../core/day.ts'
import { EbbError } from '../../core/errors.ts'
import { extractEvents } from '../../data/extract.ts'
import type { Extracted } from '../../data/extracted.ts'
import { attributeTableSchema, sourceSchema } from '../../data/sources.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine, Row } from '../../engines/engine.ts'

type SourceInput = z.input<typeof sourceSchema>
type AttributeInput = z.input<typeof attributeTableSchema>

export interface ExtractCase {
  /** Path -> content; functions write with the engine. */
  readonly files: Readonly<Record<string, string | Buffer | ((engine: Engine, path: string) => Promise<void>)>>
  readonly sources: Readonly<Record<string, SourceInput>>
  readonly attributes?: Readonly<Record<string, AttributeInput>>
  readonly timeZone?: string
  readonly declaredDataEnd?: string
  readonly asOf?: string
  readonly threads?: number
}

export interface Outcome {
  readonly extracted: Extracted
  readonly engine: Engine
  readonly folder: string
  rows(sql: string): Promise<Row[]>
}

/** Writes the files into a temporary folder, extracts, hands the outcome to `look`, and removes everything. */
export async function withExtract<T>(given: ExtractCase, look: (outcome: Outcome) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-data-'))
  const engine = await openDuckDb({
    threads: given.threads ?? 2,
    memoryBytes: 1e9,
    tempDirectory: join(folder, 'spill'),
  })
  try {
    for (const [path, content] of Object.entries(given.files)) {
      const target = join(folder, path)
      await mkdir(dirname(target), { recursive: true })
      if (typeof content === 'function') await content(engine, target)
      else await writeFile(target, content)
    }
    const parsed = <S extends z.ZodType>(schema: S, entries: Readonly<Record<string, z.input<S>>> = {}) =>
      Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, schema.parse(entry)]))
    const extracted = await extractEvents({
      engine,
      sources: parsed(sourceSchema, given.sources),
      attributes: parsed(attributeTableSchema, given.attributes),
      timeZone: given.timeZone ?? 'UTC',
      declaredDataEnd: given.declaredDataEnd === undefined ? null : parseDay(given.declaredDataEnd),
      asOf: given.asOf === undefined ? null : parseDay(given.asOf),
      baseDir: folder,
      rejectsDir: join(folder, 'rejects'),
      workDir: join(folder, 'work'),
      emit: () => undefined,
    })
    return await look({ extracted, engine, folder, rows: (sql) => engine.rows(sql) })
  } finally {
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** The error of an extract that must not succeed. */
export async function refusal(given: ExtractCase): Promise<EbbError> {
  try {
    await withExtract(given, async () => undefined)
  } catch (error) {
    if (error instanceof EbbError) return error
    throw error
  }
  throw new Error('the extract succeeded')
}

/** `kind: message`, as a person reads it. */
export const spoken = (error: EbbError): string => `${error.kind}: ${error.message}`

/** The mapping that most tests use: columns user, ts, amount of a shop with one kind of event. */
export const shop = {
  columns: { user_id: 'user', event_time: 'ts', amount: 'amount' },
  set: { event_type: 'purchase' },
} as const satisfies Omit<SourceInput, 'path'>

/** Lines with a header, LF. */
export const csv = (...lines: readonly string[]): string => `${lines.join('\n')}\n`

/** Events as `user_id event_time event_type amount_cents`, ascending. */
export const eventLines = async ({ rows }: Outcome): Promise<string[]> =>
  (
    await rows(
      'SELECT u.user_id, e.event_time, e.event_type, e.amount_cents FROM events e JOIN users u USING (user_index) ORDER BY ALL',
    )
  ).map((row) => Object.values(row).join(' '))
