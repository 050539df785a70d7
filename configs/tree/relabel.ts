import type { Origin } from '../origin.ts'
import type { Entry, MapNode, TreeNode } from './node.ts'

/** The same map, saying of every value that it came from profile `name`. */
export function relabel(map: MapNode, name: string): MapNode {
  const label = (at: Origin): Origin => ({ ...at, from: 'profile', text: `profile ${name}, ${at.text}` })
  const visit = (node: TreeNode): TreeNode => {
    if (node.kind === 'scalar') return { ...node, at: label(node.at) }
    if (node.kind === 'list') return { ...node, at: label(node.at), items: node.items.map(visit) }
    return visitMap(node)
  }
  const visitMap = (node: MapNode): MapNode => {
    const entries = new Map<string, Entry>()
    for (const [key, entry] of node.entries) entries.set(key, { keyAt: label(entry.keyAt), value: visit(entry.value) })
    return { ...node, at: label(node.at), entries }
  }
  return visitMap(map)
}
