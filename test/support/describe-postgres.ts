import { afterAll, beforeAll, describe } from 'vitest'
import { findPostgres, startPostgres, type PostgresServer } from './postgres-server.ts'

/** Tests against a server of their own; skipped, with the reason on stderr, where this machine has none. */
export function describePostgres(name: string, tests: (server: () => PostgresServer) => void): void {
  const found = findPostgres()
  if ('missing' in found) {
    process.stderr.write(`skipped: ${name}: ${found.missing}\n`)
    describe.skip(`${name} (${found.missing})`, () => tests(() => null as never))
    return
  }
  describe(name, () => {
    let server: PostgresServer | undefined
    beforeAll(async () => void (server = await startPostgres(found.bin)), 120_000)
    afterAll(() => server?.stop())
    tests(() => server!)
  })
}
