import type { ForeignFeature } from './foreign-model.ts'
import { foreignFault } from './foreign-fault.ts'

export interface LightgbmFeatureLines {
  readonly names: readonly string[]
  /** `[min:max]` of a number, `3:1:2` of a category, `none` of a column that did not vary. */
  readonly infos: readonly string[]
  /** `categorical_feature` of the parameters: places, divided by commas. */
  readonly categoricalFeatures: string
  /** JSON: the levels of each pandas category column, in the order of these columns; or null. */
  readonly pandas: string
}

/**
 * Which features are categories and what their levels are called. Pandas' levels are matched to category features by
 * order; where the numbers of both differ, the levels must be given.
 */
export function lightgbmFeatures(
  { names, infos, categoricalFeatures, pandas }: LightgbmFeatureLines,
  { where, levels }: { where: string; levels: Readonly<Record<string, readonly string[]>> },
): ForeignFeature[] {
  if (infos.length !== names.length)
    throw foreignFault(`${where}: feature_infos`, 'the wrong number of features', {
      expected: String(names.length),
      received: infos.length,
    })
  if (new Set(names).size !== names.length) throw foreignFault(`${where}: feature_names`, 'a name stands twice')
  const listed = new Set(
    categoricalFeatures
      .split(',')
      .filter((one) => one.trim() !== '')
      .map(Number),
  )
  const isCategory = (at: number): boolean => listed.has(at) || (infos[at] !== 'none' && !infos[at]!.startsWith('['))
  const known = pandasLevels(pandas, where)
  const given = new Map(Object.entries(levels))
  const places = [...names.keys()].filter(isCategory)
  if (known.length > 0 && known.length !== places.length && places.some((at) => !given.has(names[at]!)))
    throw foreignFault(`${where}: pandas_categorical`, 'the levels cannot be matched to features', {
      expected: `levels of ${places.length} features, or --levels`,
      received: known.length,
    })
  const placeOf = new Map(places.map((at, place) => [at, place]))
  const byPandas = (at: number): readonly string[] | undefined =>
    known.length === places.length ? known[placeOf.get(at)!] : undefined
  return names.map((name, at): ForeignFeature => {
    if (!isCategory(at)) return { name, kind: 'number' }
    return { name, kind: 'category', levels: given.get(name) ?? byPandas(at) ?? 'codes' }
  })
}

function pandasLevels(json: string, where: string): string[][] {
  const fault = (): Error =>
    foreignFault(`${where}: pandas_categorical`, 'cannot be read', { expected: 'a list of lists', received: json })
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    throw fault()
  }
  if (parsed === null) return []
  if (!Array.isArray(parsed) || !parsed.every((one): one is unknown[] => Array.isArray(one))) throw fault()
  return parsed.map((levels) =>
    levels.map((level) => (typeof level === 'object' ? JSON.stringify(level) : String(level))),
  )
}
