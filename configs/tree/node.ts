import type { Origin } from '../origin.ts'

/** A YAML document as plain maps, lists and scalars, each of which knows where it was written. */
export type TreeNode = MapNode | ListNode | ScalarNode

export interface MapNode {
  readonly kind: 'map'
  readonly at: Origin
  readonly entries: ReadonlyMap<string, Entry>
}

export interface Entry {
  readonly keyAt: Origin
  readonly value: TreeNode
}

export interface ListNode {
  readonly kind: 'list'
  readonly at: Origin
  readonly items: readonly TreeNode[]
}

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly at: Origin
  readonly value: string | number | boolean | null
  /** Unquoted: after interpolation the text is read as YAML again. */
  readonly isPlain: boolean
  /** Set when the value came from the environment: the text to record in its place. */
  readonly environmentText?: string
}

export const emptyMap = (at: Origin): MapNode => ({ kind: 'map', at, entries: new Map() })

/** The plain value; keys that begin with `x-` are left out at every depth. */
export function plainValue(node: TreeNode): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(plainValue)
  const entries = [...node.entries].filter(([key]) => !key.startsWith('x-'))
  return Object.fromEntries(entries.map(([key, entry]) => [key, plainValue(entry.value)]))
}

/** The node at `path`, or null. List indices are numbers or their text. */
export function nodeAt(node: TreeNode, path: readonly PropertyKey[]): TreeNode | null {
  let current: TreeNode | undefined = node
  for (const step of path) {
    if (current === undefined) return null
    if (current.kind === 'map') current = current.entries.get(String(step))?.value
    else if (current.kind === 'list') current = current.items[Number(step)]
    else return null
  }
  return current ?? null
}

/** Where the last key of `path` is written; for a list item or the root, the node itself; null when it is not there. */
export function keyOriginAt(node: TreeNode, path: readonly PropertyKey[]): Origin | null {
  const last = path.at(-1)
  const parent = last === undefined ? null : nodeAt(node, path.slice(0, -1))
  if (parent?.kind === 'map') return parent.entries.get(String(last))?.keyAt ?? null
  return nodeAt(node, path)?.at ?? null
}

/** The nearest thing above a missing `path` that is written somewhere: its key, or the start of the document. */
export function nearestOrigin(root: TreeNode, path: readonly PropertyKey[]): Origin {
  for (let length = path.length - 1; length > 0; length--) {
    const origin = keyOriginAt(root, path.slice(0, length))
    if (origin !== null) return origin
  }
  return root.at
}
