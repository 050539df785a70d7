import { readFile } from 'node:fs/promises'
import type { Client, ClientConfig, FieldDef } from 'pg'
import type { DatabaseAddress } from '../../database-url.ts'
import type { TlsMode } from '../../postgres.ts'
import { CopyOut, type RowSink } from './copy-out.ts'
import { cancelledFault, databaseFault } from './database-fault.ts'

export interface SnapshotOptions {
  readonly tls: TlsMode
  /** Absolute path of a PEM file; null: the authorities that Node knows. */
  readonly ca: string | null
  /** Null: the server's own limit. */
  readonly statementTimeoutSeconds: number | null
  readonly signal: AbortSignal | undefined
}

export interface ResultField {
  readonly name: string
  /** Type and its modifier, as in pg_attribute. */
  readonly oid: number
  readonly modifier: number
}

const connectTimeoutMs = 15_000
const cancelTimeoutMs = 2_000

/** Fixes how values are written, and lets the transaction live as long as it takes. */
const begin = `BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'iso_8601';
SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1;
SET LOCAL idle_in_transaction_session_timeout = 0`

/**
 * One connection with one read-only transaction of isolation REPEATABLE READ: all that is read through it is the
 * database at one moment. Errors are EbbErrors that name `place`, which each call brings along.
 */
export class Snapshot {
  private readonly client: Client
  private readonly address: DatabaseAddress
  private readonly options: SnapshotOptions
  private backend: number | null = null
  private isBusy = false

  private constructor(client: Client, address: DatabaseAddress, options: SnapshotOptions) {
    this.client = client
    this.address = address
    this.options = options
    // A connection that breaks fails the query that runs; without a listener it would end the process.
    client.on('error', () => undefined)
  }

  static async open(address: DatabaseAddress, options: SnapshotOptions, place: string): Promise<Snapshot> {
    const client = await makeClient(address, options, place)
    const snapshot = new Snapshot(client, address, options)
    try {
      await snapshot.cancellable(client.connect(), place)
      await snapshot.run({ text: begin }, place)
      const { statementTimeoutSeconds: seconds } = options
      if (seconds !== null) await snapshot.run({ text: `SET LOCAL statement_timeout = ${seconds * 1000}` }, place)
      const { rows } = await snapshot.run({ text: 'SELECT pg_backend_pid()' }, place)
      snapshot.backend = Number(rows[0]![0])
      return snapshot
    } catch (error) {
      await snapshot.close()
      throw error
    }
  }

  /** The columns that a query would give. */
  async describe(select: string, place: string): Promise<ResultField[]> {
    const { fields } = await this.run({ text: `${select} LIMIT 0`, isForeign: true }, place)
    return fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
      name,
      oid: dataTypeID,
      modifier: dataTypeModifier,
    }))
  }

  /** The rows as lines of CSV (NULL an empty field, an empty text `""`), one at a time, as fast as the sink takes them. */
  async copy(select: string, sink: RowSink, place: string): Promise<void> {
    const copy = new CopyOut(`COPY (${select}) TO STDOUT (FORMAT csv)`, sink)
    this.watch(copy.finished)
    this.client.query(copy)
    await this.cancellable(copy.finished, place)
  }

  /** Ends the transaction and the connection; a query that still runs is cancelled on the server. Never throws. */
  async close(): Promise<void> {
    if (this.isBusy && this.backend !== null) await this.cancelOnServer(this.backend)
    const end = this.client.end().catch(() => undefined)
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, cancelTimeoutMs).unref())])
    destroy(this.client)
  }

  /** `isForeign`: holds text of the config, sent so that the server takes one statement and no more. */
  private async run(query: { text: string; isForeign?: boolean }, place: string) {
    const { text, isForeign = false } = query
    const types = { getTypeParser: () => (value: string) => value }
    const config = { text, rowMode: 'array' as const, types, ...(isForeign ? { queryMode: 'extended' } : {}) }
    const answer = this.client.query<(string | null)[]>(config as never) as unknown as Promise<Answer>
    this.watch(answer)
    return this.cancellable(answer, place)
  }

  private watch(work: Promise<unknown>): void {
    this.isBusy = true
    const rest = (): void => void (this.isBusy = false)
    work.then(rest, rest)
  }

  /** A stop on request does not wait for the server; `close` tells it. */
  private async cancellable<T>(work: Promise<T>, place: string): Promise<T> {
    const { signal } = this.options
    work.catch(() => undefined)
    if (signal?.aborted) throw cancelledFault(place)
    let onAbort: (() => void) | undefined
    const stopped = new Promise<never>((_resolve, reject) => {
      onAbort = () => reject(cancelledFault(place))
      signal?.addEventListener('abort', onAbort, { once: true })
    })
    try {
      return await Promise.race([work, stopped])
    } catch (error) {
      throw databaseFault(error, place)
    } finally {
      signal?.removeEventListener('abort', onAbort!)
    }
  }

  private async cancelOnServer(backend: number): Promise<void> {
    const options = { ...this.options, signal: undefined }
    const second = await makeClient(this.address, options, '').catch(() => null)
    if (second === null) return
    second.on('error', () => undefined)
    const cancel = second.connect().then(() => second.query('SELECT pg_cancel_backend($1)', [backend]))
    cancel.catch(() => undefined)
    await Promise.race([
      cancel.then(() => second.end()).catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, cancelTimeoutMs).unref()),
    ])
    destroy(second)
  }
}

interface Answer {
  readonly rows: readonly (readonly (string | null)[])[]
  readonly fields: readonly FieldDef[]
}

/** The driver is loaded only where a database is read. Everything is said, so that it asks no PG* variable. */
async function makeClient(address: DatabaseAddress, { tls, ca }: SnapshotOptions, place: string): Promise<Client> {
  const { Client: PgClient } = await import('pg')
  const { host, port, user, database, password } = address
  const config: ClientConfig & { sslnegotiation: string } = {
    host,
    port,
    user,
    database,
    password: () => password ?? '',
    ssl: tls === 'disable' ? false : { rejectUnauthorized: tls === 'verify', ca: await authority(ca, place) },
    sslnegotiation: 'postgres',
    application_name: 'ebb',
    client_encoding: 'UTF8',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  }
  return new PgClient(config)
}

async function authority(path: string | null, place: string): Promise<string | undefined> {
  if (path === null) return undefined
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw databaseFault(
      Object.assign(new Error(`ca: the file cannot be read (${error.code})`), { code: '28000' }),
      place,
    )
  })
}

/** Also where the server no longer answers. */
function destroy(client: Client): void {
  const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection
  stream.destroy()
}
