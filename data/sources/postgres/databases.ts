import { resolve } from 'node:path'
import { EbbError } from '../../../core/errors.ts'
import { parseDatabaseUrl } from '../../database-url.ts'
import type { PostgresConfig } from '../../postgres.ts'
import { Snapshot } from './snapshot.ts'

export interface OpenDatabase {
  readonly snapshot: Snapshot
  /** `postgres://host:port/database` */
  readonly label: string
}

/** The databases of one extract: all that names the same url is read from one snapshot. */
export class Databases {
  private readonly baseDir: string
  private readonly signal: AbortSignal | undefined
  private readonly open = new Map<string, OpenDatabase>()

  constructor(baseDir: string, signal: AbortSignal | undefined) {
    this.baseDir = baseDir
    this.signal = signal
  }

  /** `where` is e.g. `sources.shop`. */
  async snapshotOf(config: PostgresConfig, where: string): Promise<OpenDatabase> {
    const { url, tls, ca, statementTimeoutSeconds = null } = config
    const key = JSON.stringify([url, tls, ca, statementTimeoutSeconds])
    const known = this.open.get(key)
    if (known !== undefined) return known
    const address = parseDatabaseUrl(url)
    if ('problem' in address)
      throw new EbbError({
        code: 'DATABASE_URL',
        kind: 'config',
        where: `${where}.postgres.url`,
        what: address.problem,
      })
    const options = {
      tls: tls ?? address.tls,
      ca: ca === undefined ? null : resolve(this.baseDir, ca),
      statementTimeoutSeconds,
      signal: this.signal,
    }
    const snapshot = await Snapshot.open(address, options, `${where}: ${address.label}`)
    const opened = { snapshot, label: address.label }
    this.open.set(key, opened)
    return opened
  }

  /** Ends all transactions. Never throws. */
  async close(): Promise<void> {
    await Promise.all([...this.open.values()].map(({ snapshot }) => snapshot.close()))
    this.open.clear()
  }
}
