import { didYouMean } from '../core/did-you-mean.ts'
import { EbbError } from '../core/errors.ts'
import { canonicalJson } from '../core/json.ts'
import { activityFeatures } from './catalog/activity.ts'
import { attributeFeatures } from './catalog/attributes.ts'
import { joinFamilies, whyAbsent, type CatalogContext, type FamilyFeatures } from './catalog/context.ts'
import { lifecycleFeatures } from './catalog/lifecycle.ts'
import { negativeFeatures } from './catalog/negative.ts'
import { preferenceFeatures } from './catalog/preference.ts'
import { transactionFeatures } from './catalog/transaction.ts'
import { families, type Feature } from './definition.ts'

export type { CatalogContext, DataHas } from './catalog/context.ts'

const registry: Readonly<Record<(typeof families)[number], (context: CatalogContext) => FamilyFeatures>> = {
  activity: activityFeatures,
  transaction: transactionFeatures,
  preference: preferenceFeatures,
  lifecycle: lifecycleFeatures,
  negative: negativeFeatures,
  attributes: attributeFeatures,
}

export interface Exclusion {
  readonly name: string
  readonly feature: Feature
  readonly reason: string
}

/** `features` and `supporting` go into the plan as they are. */
export interface SelectedFeatures {
  readonly features: readonly Feature[]
  /** What the features are made of and that is not output. */
  readonly supporting: readonly Feature[]
  /** Known features that are left out, with the reason. */
  readonly excluded: readonly Exclusion[]
}

export interface Selection {
  /** The config's own features; see `userFeatures`. */
  readonly add: readonly Feature[]
  /** Names that the models shall not see. */
  readonly drop: readonly string[]
  /** Retired ones are left out; proposed ones are measured, and it is the caller's part to keep them from the models. */
  readonly life?: Readonly<Record<string, 'proposed' | 'retired'>>
}

/**
 * The features of the catalogue's families that these data can give, the config's own, less the dropped ones. Throws an
 * EbbError `config` for an unknown name in `drop`, a name declared twice, or an input that does not exist.
 */
export function selectFeatures(context: CatalogContext, selection: Selection): SelectedFeatures {
  const made = joinFamilies(...context.families.map((family) => registry[family as keyof typeof registry](context)))
  const trends = new Map((made.trends ?? []).map((feature) => [feature.name, feature]))
  const known = [...made.features, ...trends.values()]
  const all = new Map<string, Feature>()
  for (const feature of [...known, ...made.supporting]) addOnce(all, feature)
  for (const feature of selection.add) {
    if (all.has(feature.name))
      throw fault(`features.add.${feature.name}`, 'the catalogue already has a feature of this name')
    all.set(feature.name, feature)
  }
  const wanted = new Map([...known, ...selection.add].map((feature) => [feature.name, feature]))
  const isAsked = askedTrends(context, wanted)
  for (const [i, name] of selection.drop.entries())
    if (!wanted.has(name)) throw unknownName(`features.drop[${i}]`, name, [...wanted.keys()])
  const { life = {} } = selection
  for (const name of Object.keys(life))
    if (!wanted.has(name)) throw unknownName(`features.life.${name}`, name, [...wanted.keys()])
  const reasons = absences(all, context)
  const excluded = [...wanted.values()].flatMap((feature) => {
    const wish = selection.drop.includes(feature.name) ? 'dropped by config' : undefined
    const retired = life[feature.name] === 'retired' ? 'retired' : undefined
    const unasked = trends.has(feature.name) && !isAsked(feature) ? 'not among features.trends' : undefined
    const reason = wish ?? retired ?? reasons.get(feature.name) ?? unasked ?? null
    return reason === null ? [] : [{ name: feature.name, feature, reason }]
  })
  const out = new Set(excluded.map(({ name }) => name))
  const features = [...wanted.values()].filter((feature) => !out.has(feature.name))
  return { features, supporting: inputsOf(features, all), excluded }
}

/** Whether the config asks for a trend: all, by its name, or by its family. Naming a slope that is made anyway is no fault. */
function askedTrends(
  { trends, families: used }: CatalogContext,
  wanted: ReadonlyMap<string, Feature>,
): (feature: Feature) => boolean {
  if (trends === 'all') return () => true
  const isKnown = (name: string): boolean => used.includes(name) || wanted.has(name)
  for (const [i, name] of trends.entries()) {
    const where = `features.trends[${i}]`
    const isUnused = families.some((family) => family === name) && !used.includes(name)
    if (isUnused) throw fault(where, `family "${name}" is not in use`, 'features.use names the families')
    if (!isKnown(name)) throw unknownName(where, name, [...wanted.keys(), ...used])
  }
  return ({ name, family }) => trends.includes(name) || trends.includes(family)
}

function addOnce(all: Map<string, Feature>, feature: Feature): void {
  const known = all.get(feature.name)
  if (known !== undefined && canonicalJson(known) !== canonicalJson(feature))
    throw fault(`feature "${feature.name}"`, 'two different definitions of one name')
  if (known === undefined) all.set(feature.name, feature)
}

/** Name -> why the data cannot give it; a derived or fitted feature misses what its inputs miss. */
function absences(all: ReadonlyMap<string, Feature>, context: CatalogContext): ReadonlyMap<string, string | null> {
  const reasons = new Map<string, string | null>()
  const visit = (feature: Feature, path: readonly string[]): string | null => {
    const known = reasons.get(feature.name)
    if (known !== undefined) return known
    if (path.includes(feature.name)) throw fault(`feature "${feature.name}"`, `is made of itself: ${path.join(' <- ')}`)
    const inputs = feature.kind === 'derived' || feature.kind === 'fitted' ? feature.from : []
    let reason = whyAbsent(feature, context)
    for (const name of inputs) {
      const input = all.get(name)
      if (input === undefined) throw unknownName(`feature "${feature.name}"`, name, [...all.keys()])
      const missing = visit(input, [...path, feature.name])
      reason ??= missing
    }
    reasons.set(feature.name, reason)
    return reason
  }
  for (const feature of all.values()) visit(feature, [])
  return reasons
}

/** Everything that the features are made of, at any depth, and that is not one of them. */
function inputsOf(features: readonly Feature[], all: ReadonlyMap<string, Feature>): readonly Feature[] {
  const out = new Set(features.map((feature) => feature.name))
  const found = new Map<string, Feature>()
  const visit = (feature: Feature): void => {
    if (feature.kind !== 'derived' && feature.kind !== 'fitted') return
    for (const name of feature.from) {
      const input = all.get(name)!
      if (!out.has(name)) found.set(name, input)
      visit(input)
    }
  }
  for (const feature of features) visit(feature)
  return [...found.values()]
}

function unknownName(where: string, name: string, known: readonly string[]): EbbError {
  const near = didYouMean(name, known)
  return fault(where, `no feature named "${name}"`, near === null ? undefined : `did you mean "${near}"?`)
}

function fault(where: string, what: string, hint?: string): EbbError {
  return new EbbError({ code: 'FEATURE_INVALID', kind: 'config', where, what, hint })
}
