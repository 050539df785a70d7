import type { Origin } from '../origin.ts'
import type { Entry, MapNode, TreeNode } from './node.ts'

/** `over` wins. Maps merge key by key, everything else is replaced; `null` over an inherited key removes it. */
export function mergeMaps(base: MapNode, over: MapNode): MapNode {
  const entries = new Map<string, Entry>(base.entries)
  for (const [key, entry] of over.entries) {
    const inherited = base.entries.get(key)
    if (inherited === undefined) entries.set(key, entry)
    else if (entry.value.kind === 'scalar' && entry.value.value === null) entries.delete(key)
    else if (inherited.value.kind === 'map' && entry.value.kind === 'map')
      entries.set(key, { keyAt: entry.keyAt, value: mergeMaps(inherited.value, entry.value) })
    else entries.set(key, entry)
  }
  return { kind: 'map', at: over.at, entries }
}

/** A map that holds only `value` at the dotted `path`. */
export function nested(path: readonly string[], value: TreeNode, at: Origin): MapNode {
  const [first, ...rest] = path
  const inner = rest.length === 0 ? value : nested(rest, value, at)
  return { kind: 'map', at, entries: new Map([[first ?? '', { keyAt: at, value: inner }]]) }
}

/** Keys like `sources.app.sample` at the top of `map` become nested maps. */
export function expandDottedKeys(map: MapNode): MapNode {
  let expanded: MapNode = { kind: 'map', at: map.at, entries: new Map() }
  for (const [key, entry] of map.entries) {
    const path = key.split('.')
    const single = nested(path, entry.value, entry.keyAt)
    expanded = mergeMaps(expanded, single)
  }
  return expanded
}
