import type { CatalogEntry } from '../core/artifacts.ts'
import { sha256 } from '../core/hash.ts'
import { canonicalJson } from '../core/json.ts'
import type { SelectedFeatures } from './catalog.ts'
import type { Feature } from './definition.ts'

/** The entries of catalog.json, in order of name: what is in use, and what is left out and why. Coverage is filled later. */
export function describeCatalog(selected: SelectedFeatures): CatalogEntry[] {
  const all = [...selected.features, ...selected.supporting, ...selected.excluded.map(({ feature }) => feature)]
  const byName = new Map(all.map((feature) => [feature.name, feature]))
  const entries = [
    ...selected.features.map((feature) => entry(feature, byName, null)),
    ...selected.excluded.map(({ feature, reason }) => entry(feature, byName, reason)),
  ]
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** sha256 of what a feature computes (inputs included), not of what it is called or how it is described. */
export function featureHash(feature: Feature, byName: ReadonlyMap<string, Feature>): string {
  const words = new Set(['name', 'description', 'family', 'actionable'])
  const definition = Object.fromEntries(Object.entries(feature).filter(([key]) => !words.has(key)))
  const isMade = feature.kind === 'derived' || feature.kind === 'fitted'
  const inputs = isMade ? feature.from.map((name) => inputHash(name, byName)) : []
  return sha256(canonicalJson({ ...definition, from: inputs }))
}

function inputHash(name: string, byName: ReadonlyMap<string, Feature>): string {
  const input = byName.get(name)
  return input === undefined ? `absent:${name}` : featureHash(input, byName)
}

/** How far back a feature looks: its own lookback, or the farthest of its inputs; null for current values. */
export function lookbackOf(feature: Feature, byName: ReadonlyMap<string, Feature>): number | 'lifetime' | null {
  if (feature.kind === 'asOf') return feature.read === 'changes' ? feature.lookbackDays : null
  if (feature.kind === 'pastLabel') return 'lifetime'
  if (feature.kind === 'measure' || feature.kind === 'rowSql')
    return feature.lookbackDays === 'lifetime' ? 'lifetime' : feature.lookbackDays + feature.offsetDays
  const inputs = feature.from.flatMap((name) => {
    const input = byName.get(name)
    return input === undefined ? [] : [lookbackOf(input, byName)]
  })
  if (inputs.includes('lifetime')) return 'lifetime'
  const days = inputs.filter((input) => typeof input === 'number')
  return days.length === 0 ? null : Math.max(...days)
}

function entry(feature: Feature, byName: ReadonlyMap<string, Feature>, reason: string | null): CatalogEntry {
  return {
    name: feature.name,
    description: feature.kind === 'rowSql' ? `${feature.description} (own SQL: the slow path)` : feature.description,
    family: feature.family,
    unit: feature.unit,
    lookbackDays: lookbackOf(feature, byName),
    actionable: feature.actionable,
    kind: feature.kind,
    whenEmpty: feature.whenEmpty,
    hash: featureHash(feature, byName),
    coverage: null,
    inUse: reason === null,
    reason,
  }
}
