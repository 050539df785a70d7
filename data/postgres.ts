import * as z from 'zod'

/** How the way to the server is protected; see docs/data.md. */
export const tlsModes = ['disable', 'require', 'verify'] as const
export type TlsMode = (typeof tlsModes)[number]

/** A table or query of a PostgreSQL database in place of a `path`: the same for events, attributes and id tables. */
export const postgresSchema = z
  .strictObject({
    url: z
      .string()
      .min(1)
      .describe('postgres://user:password@host:5432/database, from the environment: "${env:DATABASE_URL}"'),
    table: z.string().min(1).optional().describe('A table or view, e.g. public.events, written as the database has it'),
    query: z.string().min(1).optional().describe('One SELECT, instead of a table'),
    tls: z
      .enum(tlsModes)
      .optional()
      .describe(
        'verify the certificate, or only require encryption; default: sslmode of the url, else verify, on this machine disable',
      ),
    ca: z
      .string()
      .min(1)
      .optional()
      .describe("PEM file with the authority of the server's certificate, relative to the config"),
    statementTimeoutSeconds: z
      .int()
      .min(1)
      .max(86_400)
      .optional()
      .describe('How long the server may take for one table; default: its own limit'),
  })
  .superRefine(({ table, query }, context) => {
    if ((table === undefined) === (query === undefined))
      context.addIssue({ code: 'custom', path: ['table'], message: 'either table or query, one of the two' })
  })

export type PostgresConfig = z.output<typeof postgresSchema>
