import type { TlsMode } from './postgres.ts'

/** Where a database is and who asks, out of its URL. */
export interface DatabaseAddress {
  /** A name, an IP address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  /** Null: none given. */
  readonly password: string | null
  /** By `sslmode`; without one `verify`, on this machine `disable`. */
  readonly tls: TlsMode
  /** For messages and inputs.json: without user and password. */
  readonly label: string
}

const tlsOfSslMode: Readonly<Record<string, TlsMode>> = {
  disable: 'disable',
  allow: 'require',
  prefer: 'require',
  require: 'require',
  'verify-ca': 'verify',
  'verify-full': 'verify',
}
const expected = 'postgres://user:password@host:5432/database'

/**
 * The parts of `postgres://user:password@host:port/database?sslmode=…&host=/socket/folder`, or what is wrong with it in
 * words that repeat nothing of it. Of the parameters `host`, `port`, `user`, `password`, `dbname` and `sslmode` count.
 */
export function parseDatabaseUrl(text: string): DatabaseAddress | { readonly problem: string } {
  const url = parsed(text)
  if (url === null)
    return { problem: `must be ${expected}; in a password @ : / ? # % are written %40 %3A %2F %3F %23 %25` }
  const part = (name: string, own: string): string => url.searchParams.get(name) ?? decodeURIComponent(own)
  const host = part('host', url.hostname).replace(/^\[(.*)\]$/, '$1') || 'localhost'
  const port = Number(part('port', url.port) || '5432')
  const user = part('user', url.username)
  const database = part('dbname', url.pathname.replace(/^\//, ''))
  const sslMode = url.searchParams.get('sslmode')
  if (host.includes(',')) return { problem: `must name one host, as in ${expected}` }
  if (user === '') return { problem: `must name a user, as in ${expected}` }
  if (database === '' || database.includes('/')) return { problem: `must name a database, as in ${expected}` }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return { problem: `must have a port from 1 to 65535` }
  if (sslMode !== null && tlsOfSslMode[sslMode] === undefined)
    return { problem: `must have an sslmode out of ${Object.keys(tlsOfSslMode).join(', ')}` }
  const isHere = host.startsWith('/') || ['localhost', '127.0.0.1', '::1'].includes(host)
  return {
    host,
    port,
    database,
    user,
    password: part('password', url.password) || null,
    tls: sslMode === null ? (isHere ? 'disable' : 'verify') : tlsOfSslMode[sslMode]!,
    label: labelOf({ host, port, database }),
  }
}

/** True when the text holds a password of its own, not one that `${env:…}` brings. */
export function holdsPassword(text: string): boolean {
  const [, inPlace] = /:\/\/[^\s:/?#@]*:([^\s]*)@/.exec(text) ?? []
  const [, asParameter] = /[?&]password=([^&\s#]*)/i.exec(text) ?? []
  return [inPlace, asParameter].some((password = '') => password.replaceAll(/\$\{env:[^}]*\}/g, '') !== '')
}

function parsed(text: string): URL | null {
  // The error of `new URL` carries the text, password and all: it must not get any further.
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) return null
  const url = new URL(text)
  try {
    for (const part of [url.hostname, url.username, url.password, url.pathname]) decodeURIComponent(part)
    return url
  } catch {
    return null
  }
}

function labelOf({ host, port, database }: Pick<DatabaseAddress, 'host' | 'port' | 'database'>): string {
  if (host.startsWith('/')) return `postgres:///${database}?host=${host}&port=${port}`
  return `postgres://${host.includes(':') ? `[${host}]` : host}:${port}/${database}`
}
