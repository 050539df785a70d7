import type { CatalogEntry, ImportanceRow } from '../core/artifacts.ts'
import type { TagMeasures, TagReport } from '../core/audit-artifacts.ts'

/** `proposed`: measured, not shown to the models; `in use`; `retired`; `absent`: the data cannot give it, or the config drops it. */
export type TagState = 'proposed' | 'in use' | 'retired' | 'absent'

/** All that a run knows of one tag. */
export interface TagLife {
  readonly tag: string
  readonly state: TagState
  /** Null for tags that are only an input of others. */
  readonly entry: CatalogEntry | null
  /** Null where nothing was measured: absent tags, and those that are fitted with each model. */
  readonly measured: TagMeasures | null
  /** Models that take it into account: a coefficient or gain that is not 0, or a permutation that changes something. */
  readonly usedBy: readonly string[]
  /** Tags that repeat this one. */
  readonly repeatedBy: readonly string[]
  /** Against an earlier run: its definition is new, changed, or the same; null when there is none. */
  readonly since: 'new' | 'changed' | 'same' | null
}

export interface TagFiles {
  readonly catalog: readonly CatalogEntry[]
  readonly tags: TagReport | null
  readonly importance: readonly ImportanceRow[] | null
  /** catalog.json of an earlier run of the same experiment. */
  readonly before?: readonly CatalogEntry[] | null
}

/** Puts together what catalog.json, tags.json and importance.json say; in the order of the catalogue. */
export function tagLives({ catalog, tags, importance, before = null }: TagFiles): TagLife[] {
  const measured = new Map(tags?.tags.map((one) => [one.tag, one]) ?? [])
  const users = usersOf(importance ?? [])
  const known = new Map(before?.map(({ name, hash }) => [name, hash]) ?? [])
  return catalog.map((entry) => ({
    tag: entry.name,
    state: stateOf(entry),
    entry,
    measured: measured.get(entry.name) ?? null,
    usedBy: users.get(entry.name) ?? [],
    repeatedBy: [...measured.values()].flatMap(({ tag, repeats }) => (repeats?.tag === entry.name ? [tag] : [])),
    since:
      before === null
        ? null
        : !known.has(entry.name)
          ? 'new'
          : known.get(entry.name) === entry.hash
            ? 'same'
            : 'changed',
  }))
}

function stateOf({ inUse, reason }: CatalogEntry): TagState {
  if (inUse) return 'in use'
  return reason === 'proposed' || reason === 'retired' ? reason : 'absent'
}

/** Tag -> models, in the order of importance.json. What a model says of itself counts before what shuffling shows. */
function usersOf(importance: readonly ImportanceRow[]): Map<string, string[]> {
  const users = new Map<string, string[]>()
  for (const model of new Set(importance.map((row) => row.model))) {
    const own = importance.filter((row) => row.model === model)
    const said = own.filter(({ method }) => method !== 'permutation')
    for (const { feature, value } of said.length > 0 ? said : own) {
      const list = users.get(feature) ?? []
      if (value !== 0 && !list.includes(model)) list.push(model)
      users.set(feature, list)
    }
  }
  return users
}

/** Moved so far since train that it should be looked at: a population stability index above .25 (Siddiqi 2006). */
export const hasDrifted = ({ measured }: TagLife): boolean => (measured?.drift.psi ?? 0) > 0.25

/** Says what another says. */
export const isRedundant = ({ measured }: TagLife): boolean => (measured?.repeats ?? null) !== null

/** In use, and no model takes it into account. */
export const isUnused = ({ state, usedBy }: TagLife): boolean => state === 'in use' && usedBy.length === 0
