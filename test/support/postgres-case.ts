import type { ExtractCase } from '../data/extract-case.ts'
import type { PostgresServer } from './postgres-server.ts'

export type PostgresSource = ExtractCase['sources'][string]
export type Postgres = NonNullable<PostgresSource['postgres']>

/** What the tests of a database as a source begin with: a case of one source, where it lies, and SQL on its server. */
export function postgresCase(server: () => PostgresServer) {
  return {
    source: (what: Partial<Postgres>, more: Partial<PostgresSource> = {}): ExtractCase => ({
      files: {},
      sources: {
        shop: {
          postgres: { url: server().url('postgres'), ...what },
          columns: { user_id: 'u', event_time: 't' },
          set: { event_type: 'buy' },
          ...more,
        } as PostgresSource,
      },
    }),
    place: () => `sources.shop: postgres://127.0.0.1:${server().port}/postgres`,
    sql: (text: string) => server().query('postgres', text),
  }
}
