import { holdsPassword, parseDatabaseUrl } from '../../data/database-url.ts'
import type { Finding } from '../fault-at.ts'
import { nodeAt } from '../tree/node.ts'
import type { MapNode } from '../tree/node.ts'

/**
 * URLs of databases can be read, and their passwords come from the environment: a password in the config would end in
 * every run's record. Nothing of a URL is repeated.
 */
export function databaseUrls(root: MapNode): Finding[] {
  return urlPaths(root).flatMap((path) => {
    const node = nodeAt(root, path)
    if (node?.kind !== 'scalar' || typeof node.value !== 'string') return []
    if (holdsPassword(node.environmentText ?? node.value)) {
      const expected = 'the url, or the password in it, as "${env:NAME}"'
      return [{ code: 'CONFIG_SECRET', path, what: 'a password stands in the config', expected }]
    }
    const address = parseDatabaseUrl(node.value)
    return 'problem' in address ? [{ code: 'DATABASE_URL', path, what: address.problem }] : []
  })
}

function urlPaths(root: MapNode): string[][] {
  return ['sources', 'attributes'].flatMap((section) => {
    const entries = nodeAt(root, [section])
    if (entries?.kind !== 'map') return []
    return [...entries.entries.keys()].flatMap((name) => [
      [section, name, 'postgres', 'url'],
      [section, name, 'ids', 'postgres', 'url'],
    ])
  })
}
