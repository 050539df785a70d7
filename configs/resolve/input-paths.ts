import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { nodeAt } from '../tree/node.ts'
import type { Entry, MapNode, TreeNode } from '../tree/node.ts'

/** Where the config names files that it reads; `*` stands for any name. */
const inputPaths = [
  ...['sources', 'attributes'].flatMap((section) =>
    ['path', 'ids.table', 'postgres.ca', 'ids.postgres.ca'].map((key) => `${section}.*.${key}`),
  ),
  'models.*.file',
  'models.*.startFrom',
]
/** A name without a folder may be that of a run. */
const isRunOrPath = /^[\w-]+$/

/**
 * A path means what it means where it is written: relative to its own file, or on the command line to the working
 * folder. What was not written in the main file's folder is rewritten so that all are relative to `baseDir`.
 */
export function rebaseInputPaths(root: MapNode, baseDir: string): MapNode {
  return inputPaths.reduce((map, pattern) => {
    const isName = pattern.endsWith('.startFrom')
    return rewrite(map, pattern.split('.'), (node) => rebase(node, baseDir, isName)) as MapNode
  }, root)
}

function rewrite(node: TreeNode, pattern: readonly string[], change: (node: TreeNode) => TreeNode): TreeNode {
  const [step, ...rest] = pattern
  if (step === undefined) return change(node)
  if (node.kind !== 'map') return node
  const entries = new Map<string, Entry>()
  for (const [key, entry] of node.entries) {
    const isMeant = step === '*' || step === key
    entries.set(key, isMeant ? { ...entry, value: rewrite(entry.value, rest, change) } : entry)
  }
  return { ...node, entries }
}

function rebase(node: TreeNode, baseDir: string, isName: boolean): TreeNode {
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => rebase(item, baseDir, isName)) }
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return node
  const writtenIn = node.at.file === undefined ? resolve('.') : resolve(dirname(node.at.file))
  const isElsewhere =
    writtenIn !== resolve(baseDir) &&
    !isAbsolute(node.value) &&
    !/^[a-z][a-z0-9+]*:\/\//.test(node.value) &&
    !(isName && isRunOrPath.test(node.value))
  return isElsewhere ? { ...node, value: relative(baseDir, join(writtenIn, node.value)) } : node
}

/** The text of `dataEnd` as it is written, for `\${asOf}` without --as-of. */
export function writtenDataEnd(root: MapNode): string | null {
  const node = nodeAt(root, ['dataEnd'])
  return node?.kind === 'scalar' && typeof node.value === 'string' && !node.value.includes('${') ? node.value : null
}
