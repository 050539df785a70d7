import type * as z from 'zod'
import { didYouMean } from '../core/did-you-mean.ts'
import { oneOf } from '../core/one-of.ts'
import type { Finding } from './fault-at.ts'
import { isKeyedByName } from './schema-walk.ts'
import { nodeAt } from './tree/node.ts'
import type { MapNode, TreeNode } from './tree/node.ts'

/** What the entries of the maps are called that are keyed by the user's names. */
const nouns: Readonly<Record<string, string>> = {
  sources: 'source',
  attributes: 'table of attributes',
  models: 'model',
  columns: 'attribute',
  labels: 'label',
  add: 'feature of your own',
  roles: 'role',
  life: 'feature',
}

/**
 * `-s models.NAME=null`, or the same in a profile, takes an entry away: a null that is still there met no such entry.
 * Null where `path` is anything else: a file that says nothing below a name has forgotten the value.
 */
export function nothingToRemove(path: readonly PropertyKey[], schema: z.core.$ZodType, root: MapNode): Finding | null {
  const node = nodeAt(root, path)
  const parent = path.slice(0, -1)
  const siblings = nodeAt(root, parent)
  if (node?.kind !== 'scalar' || node.value !== null || siblings?.kind !== 'map') return null
  if (node.at.from !== 'command line' && node.at.from !== 'profile') return null
  if (!isKeyedByName(schema, parent, root)) return null
  const name = String(path.at(-1))
  const known = [...siblings.entries].filter(([key, { value }]) => key !== name && !isNull(value)).map(([key]) => key)
  const what = `there is no ${nouns[String(parent.at(-1))] ?? 'entry'} ${JSON.stringify(name)} to remove`
  const expected = known.length === 0 ? undefined : oneOf(known)
  const meant = didYouMean(name, known)
  const hint = meant === null ? undefined : `did you mean "${meant}"?`
  return { code: 'CONFIG_VALUE', path, what, expected, hint }
}

const isNull = (node: TreeNode): boolean => node.kind === 'scalar' && node.value === null
