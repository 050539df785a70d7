import type * as z from 'zod'

/** What an entry says about where its rows are. */
interface Origin {
  readonly path?: unknown
  readonly postgres?: unknown
  readonly format?: unknown
  readonly delimiter?: unknown
  readonly decimal?: unknown
  readonly thousands?: unknown
}

/** Adds an issue for each fault: files or a database, and nothing that is said of files about a database. */
export function checkOrigin(origin: Origin, context: z.RefinementCtx): void {
  const issue = (key: keyof Origin, message: string): void => context.addIssue({ code: 'custom', path: [key], message })
  if (origin.path === undefined && origin.postgres === undefined)
    issue('path', 'nothing to read: path (files) or postgres (a database) is needed')
  if (origin.thousands !== undefined && origin.thousands === origin.decimal)
    issue('thousands', `must not be the decimal point, which is "${String(origin.decimal)}"`)
  if (origin.postgres === undefined) return
  if (origin.path !== undefined) issue('path', 'either path or postgres, never both')
  for (const key of ['format', 'delimiter'] as const)
    if (origin[key] !== undefined) issue(key, 'is said of files; a database needs none')
  if (origin.thousands !== undefined) issue('thousands', 'is said of text files; a database has numbers')
  if (origin.decimal === ',') issue('decimal', 'is said of text files; a database has numbers')
}
