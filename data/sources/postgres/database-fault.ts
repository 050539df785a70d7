import { EbbError, type FaultKind } from '../../../core/errors.ts'

interface Words {
  readonly code: string
  readonly kind: FaultKind
  readonly what: string
  readonly hint?: string
}

const unreachable = (what: string): Words => ({
  code: 'DATABASE_UNREACHABLE',
  kind: 'temporary',
  what,
  hint: 'is the server running, and may this machine reach it?',
})
const refused = (what: string, hint?: string): Words => ({ code: 'DATABASE_REFUSED', kind: 'data', what, hint })
const stopped = (what: string, hint?: string): Words => ({ code: 'DATABASE_STOPPED', kind: 'temporary', what, hint })

const network: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no host of this name',
  EAI_AGAIN: 'the name of the host cannot be looked up for the moment',
  ENOENT: 'no socket of a server there',
  EACCES: 'no permission to use the socket',
  ETIMEDOUT: 'the server did not answer in time',
  EHOSTUNREACH: 'no way to the host',
  ENETUNREACH: 'no way to the network of the host',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
}

/** By the message, for what the driver itself says; first match wins. */
const ownMessages: readonly { readonly pattern: RegExp; readonly words: Words }[] = [
  { pattern: /^timeout expired/, words: unreachable('the server did not answer in time') },
  {
    pattern: /does not support SSL/,
    words: refused('the server offers no encryption', 'tls: disable allows plain text'),
  },
  {
    pattern: /password must be a|password must be non-empty/i,
    words: refused('the server asks for a password, and the url has none'),
  },
  { pattern: /^Connection terminated|^Client (was closed|has encountered)/, words: stopped('the connection was cut') },
]

const certificate = /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/

/**
 * An error of the driver or the server as one line that names the database, not the user and never the password.
 * `place` is e.g. `sources.shop: postgres://db:5432/shop`. No `cause`: errors of drivers carry what they were given.
 */
export function databaseFault(error: unknown, place: string): EbbError {
  if (error instanceof EbbError) return error
  return new EbbError({ ...wordsOf(error), where: place })
}

/** What a cancelled read is to people and schedulers. */
export function cancelledFault(place: string): EbbError {
  return new EbbError({ code: 'INTERRUPTED', kind: 'interrupted', where: place, what: 'reading cancelled' })
}

function wordsOf(error: unknown): Words {
  const code = String((error as { code?: unknown } | null)?.code ?? '')
  const [message] = (error instanceof Error ? error.message : String(error)).split('\n') as [string]
  const own = ownMessages.find(({ pattern }) => pattern.test(message))
  if (own !== undefined) return own.words
  if (network[code] !== undefined) return unreachable(`the server cannot be reached: ${network[code]} (${code})`)
  if (certificate.test(code))
    return refused(
      `the certificate of the server cannot be verified (${code})`,
      'ca names the file of its authority; tls: require encrypts without verifying',
    )
  return /^[0-9A-Z]{5}$/.test(code) ? serverWords(code, message) : stopped(message)
}

/** By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function serverWords(code: string, message: string): Words {
  const said = `${message} (${code})`
  if (code === '57014')
    return stopped(`the server stopped the query: ${said}`, 'statementTimeoutSeconds may be too short')
  if (code === '57P03' || code.startsWith('53')) return unreachable(said)
  if (code.startsWith('08') || code.startsWith('40') || code.startsWith('57P') || code.startsWith('58'))
    return stopped(said, 'run again')
  if (code.startsWith('28') || code === '3D000' || code === '42501') return refused(said)
  const hint =
    code === '42P01' || code === '42703' ? 'names are written as the database has them, capitals too' : undefined
  return { code: 'DATABASE_QUERY', kind: 'data', what: said, hint }
}
