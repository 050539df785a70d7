import { canonicalJson } from '../../core/json.ts'
import type { Json } from '../../core/json.ts'
import { sha256 } from '../../core/hash.ts'
import { defaultOrigin } from '../origin.ts'
import type { Origin } from '../origin.ts'
import type { Config } from '../schema.ts'
import { nodeAt } from '../tree/node.ts'
import type { MapNode } from '../tree/node.ts'

/** What stands in records for a value that came from the environment. */
const redacted = '***'

/** The config as JSON, each value that came from the environment replaced by `text(its own text)`. */
export function recorded(config: Config, root: MapNode, text: (written: string) => string = () => redacted): Json {
  const visit = (value: unknown, path: readonly string[]): Json => {
    const node = nodeAt(root, path)
    if (node?.kind === 'scalar' && node.environmentText !== undefined) return text(node.environmentText)
    if (Array.isArray(value)) return value.map((item, i) => visit(item, [...path, String(i)]))
    if (typeof value !== 'object' || value === null) return value as Json
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
    return Object.fromEntries(entries.map(([key, inner]) => [key, visit(inner, [...path, key])]))
  }
  return visit(config, [])
}

/**
 * sha256 of what can change a result: without notes, resources, output paths, the engine's limits and what is kept for the next
 * run, with the text `${env:NAME}` in place of what the environment held.
 */
export function configHash(config: Config, root: MapNode): { full: string; short: string } {
  const { notes, resources, engine, scores, features, ...rest } = recorded(
    config,
    root,
    (written) => written,
  ) as Record<string, Json>
  void notes
  void resources
  const { path, ...published } = scores as Record<string, Json>
  void path
  const { kind } = engine as Record<string, Json>
  const { refresh, ...declared } = features as Record<string, Json>
  void refresh
  const full = sha256(canonicalJson({ ...rest, engine: { kind }, features: declared, scores: published }))
  return { full, short: full.slice(0, 12) }
}

/** Dotted path of every scalar, list and empty map -> where it came from. */
export function originsOf(config: Config, root: MapNode): Map<string, Origin> {
  const origins = new Map<string, Origin>()
  const visit = (value: unknown, path: readonly string[]): void => {
    const isInner =
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
    if (isInner) for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key])
    else if (value !== undefined) origins.set(path.join('.'), nodeAt(root, path)?.at ?? defaultOrigin)
  }
  visit(config, [])
  return origins
}

/** Freezes `value` and everything in it; returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}
