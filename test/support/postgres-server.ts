import { execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, type QueryResult } from 'pg'

export interface PostgresServer {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** Folder of the Unix socket. */
  readonly socketFolder: string
  /** PEM of the certificate that the server shows; null where `openssl` is missing. */
  readonly certificate: string | null
  /** Url of a database, as a config gets it. */
  url(database: string): string
  /** Runs statements as the administrator; the rows of the last. */
  query(database: string, sql: string): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}

/** The folder with `initdb` and `postgres` of the newest server on this machine, or why there is none. */
export function findPostgres(): { readonly bin: string } | { readonly missing: string } {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ]
  const bin = folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))))
  if (bin === undefined) return { missing: 'no PostgreSQL server on this machine (apt-get install postgresql)' }
  if (process.getuid?.() === 0 && serviceUser() === null)
    return { missing: 'root, and no other user to run a server as' }
  return { bin }
}

/** A server with fresh files in a temporary folder, on a loopback port of its own; passwords by scram-sha-256. */
export async function startPostgres(bin: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-pg-'))
  const owner: { uid?: number; gid?: number } = process.getuid?.() === 0 ? serviceUser()! : {}
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid!)
  const data = join(folder, 'data')
  const password = 'p@ss:w/rd#%1'
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password, { mode: 0o644 })
  const initdb = [
    '-D',
    data,
    '-U',
    'ebb',
    '-A',
    'scram-sha-256',
    `--pwfile=${passwordFile}`,
    '-E',
    'UTF8',
    '--locale=C',
  ]
  execFileSync(join(bin, 'initdb'), [...initdb, '--no-sync'], { ...owner, cwd: folder, stdio: 'ignore' })
  const certificate = makeCertificate(folder, owner)
  const port = await freePort()
  const settings = ['fsync=off', 'listen_addresses=127.0.0.1', 'logging_collector=off', 'log_min_messages=panic']
  if (certificate !== null) {
    const tls = ['ssl = on', `ssl_cert_file = '${folder}/server.crt'`, `ssl_key_file = '${folder}/server.key'`]
    appendFileSync(join(data, 'postgresql.conf'), `${tls.join('\n')}\n`)
  }
  const flags = settings.flatMap((setting) => ['-c', setting])
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-k', folder, '-p', String(port), ...flags], {
    ...owner,
    cwd: folder,
    stdio: 'ignore',
  })
  const query = async (database: string, sql: string) => {
    const client = new Client({ host: '127.0.0.1', port, user: 'ebb', password, database })
    await client.connect()
    try {
      const result = (await client.query(sql)) as unknown as QueryResult | QueryResult[]
      return ([result].flat().at(-1)?.rows ?? []) as Record<string, unknown>[]
    } finally {
      await client.end()
    }
  }
  const stop = async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGINT')
    if (server.exitCode === null) await ended
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await untilReady(() => query('postgres', 'SELECT 1'))
  } catch (error) {
    await stop()
    throw error
  }
  const url = (database: string) => `postgres://ebb:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`
  return { host: '127.0.0.1', port, user: 'ebb', password, socketFolder: folder, certificate, url, query, stop }
}

async function untilReady(ask: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await ask()
      return
    } catch (error) {
      if (attempt === 200) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** The server refuses to run as root. */
function serviceUser(): { readonly uid: number; readonly gid: number } | null {
  if (!existsSync('/etc/passwd')) return null
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (uid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  return null
}

function makeCertificate(folder: string, owner: { readonly uid?: number; readonly gid?: number }): string | null {
  const key = join(folder, 'server.key')
  const certificate = join(folder, 'server.crt')
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  try {
    execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', certificate], { ...owner, stdio: 'ignore' })
    return readFileSync(certificate, 'utf8')
  } catch {
    return null
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
