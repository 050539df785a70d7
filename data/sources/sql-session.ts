import type { Dialect } from '../../engines/dialect.ts'
import type { Engine, Row, TableColumn } from '../../engines/engine.ts'
import type { Statement } from '../extracted.ts'

/** The engine, its dialect, and a record of what ran for the run's `sql/`. */
export class SqlSession {
  readonly engine: Engine
  readonly statements: Statement[] = []
  private readonly signal: AbortSignal | undefined

  constructor(engine: Engine, signal: AbortSignal | undefined) {
    this.engine = engine
    this.signal = signal
  }

  get dialect(): Dialect {
    return this.engine.dialect
  }

  /** `name` null, here and below: not worth keeping. */
  async execute(name: string | null, sql: string | readonly string[]): Promise<void> {
    const statements = typeof sql === 'string' ? [sql] : sql
    if (name !== null) this.record(name, statements.join(';\n'))
    for (const statement of statements) await this.engine.execute(statement, { signal: this.signal })
  }

  async rows(name: string | null, sql: string, limit?: number): Promise<Row[]> {
    if (name !== null) this.record(name, sql)
    return this.engine.rows(sql, { signal: this.signal, limit })
  }

  /** Makes (or replaces) a session table from Node's memory. */
  async load(table: string, columns: readonly TableColumn[]): Promise<void> {
    await this.engine.load(table, columns, { signal: this.signal })
  }

  async write(name: string | null, sql: string, path: string): Promise<void> {
    if (name !== null) this.record(name, sql)
    await this.engine.write(sql, path, { signal: this.signal })
  }

  private record(name: string, sql: string): void {
    this.statements.push({ name, sql })
  }
}

/** A list literal of texts, e.g. of paths. */
export const textList = (dialect: Dialect, values: readonly string[]): string =>
  `[${values.map((value) => dialect.text(value)).join(', ')}]`
