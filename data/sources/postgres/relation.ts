import type { PostgresConfig } from '../../postgres.ts'

/**
 * What stands after FROM: the table with every part of its name quoted (`public.Events` -> `"public"."Events"`; a part
 * with a dot or a quote is written in quotes), or the query in brackets.
 */
export function relationOf({ table, query }: Pick<PostgresConfig, 'table' | 'query'>): string {
  // The line break ends a comment that the query may end with.
  if (table === undefined) return `(${query!.trim().replace(/;+$/, '')}\n) AS source`
  const parts = table.match(/"(?:[^"]|"")+"|[^."]+/g) ?? [table]
  const names = parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part))
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')
}
