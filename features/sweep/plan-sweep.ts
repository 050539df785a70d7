import { builtInContext } from '../compile/context-columns.ts'
import { derivedLayers } from '../compile/final-select.ts'
import { featureKind, type DerivedFeature, type Feature, type MeasureFeature } from '../definition.ts'
import type { ContextColumn, ExamplePlan } from '../plan.ts'
import { whyNotMeasured } from './measures.ts'
import { sweepFormulas } from './sweep-formulas.ts'

/** Something that the sweep leaves to SQL, and why. */
export interface Joined {
  readonly name: string
  readonly reason: string
}

/** Who computes what. */
export interface SweepSplit {
  /** Output features of the sweep, then those that only context columns or fitted features need. */
  readonly swept: readonly Feature[]
  /** Everything that the swept ones are made of, themselves included; inputs before what is made of them. */
  readonly computed: readonly Feature[]
  /** Output features that SQL computes for the sweep's rows. */
  readonly joined: readonly Joined[]
  /** Context columns that SQL computes. */
  readonly joinedContext: readonly Joined[]
  /** Why SQL decides who is an example; null = the sweep does. */
  readonly spineReason: string | null
}

/** Decides, feature by feature, what the sweep can do; everything else is named with its reason. */
export function splitPlan(plan: ExamplePlan): SweepSplit {
  const contextColumns = contextOf(plan)
  const all = new Map(
    [...plan.features, ...plan.supporting, ...contextColumns.flatMap((column) => column.features)].map((feature) => [
      feature.name,
      feature,
    ]),
  )
  const reasons = new Map<string, string | null>()
  const reasonOf = (name: string): string | null => {
    const known = reasons.get(name)
    if (known !== undefined) return known
    const feature = all.get(name)
    reasons.set(name, null)
    const reason = feature === undefined ? 'unknown input' : whyNotSwept(feature, reasonOf)
    reasons.set(name, reason)
    return reason
  }
  const wanted = outputFeatures(plan, all)
  const joined = wanted.flatMap(({ name }) => (reasonOf(name) === null ? [] : [{ name, reason: reasonOf(name)! }]))
  const joinedContext = contextColumns.flatMap(({ name, value, features }) => {
    const missing = features.map((feature) => reasonOf(feature.name)).find((reason) => reason !== null)
    const reason = value === undefined ? 'context column in SQL only' : (missing ?? null)
    return reason === null ? [] : [{ name, reason }]
  })
  const isJoinedContext = new Set(joinedContext.map(({ name }) => name))
  const forContext = contextColumns.filter(({ name }) => !isJoinedContext.has(name)).flatMap(({ features }) => features)
  const swept = distinct([...wanted.filter(({ name }) => reasonOf(name) === null), ...forContext])
  return { swept, computed: computedFor(swept, all), joined, joinedContext, spineReason: whyNotSpine(plan) }
}

export const contextOf = (plan: ExamplePlan): readonly ContextColumn[] => [
  ...(plan.hasBuiltInContext === false ? [] : builtInContext(plan)),
  ...plan.context,
]

/** Columns of the result: the features themselves, and the inputs of fitted ones. */
export function outputFeatures(plan: ExamplePlan, all: ReadonlyMap<string, Feature>): readonly Feature[] {
  const own = plan.features.filter((feature) => feature.kind !== 'fitted')
  const inputs = plan.features.flatMap((feature) => (feature.kind === 'fitted' ? feature.from : []))
  return distinct([...own, ...inputs.flatMap((name) => all.get(name) ?? [])])
}

const distinct = (features: readonly Feature[]): readonly Feature[] => [
  ...new Map(features.map((feature) => [feature.name, feature])).values(),
]

const derivedKeys = new Set([
  'kind',
  'name',
  'description',
  'family',
  'unit',
  'whenEmpty',
  'actionable',
  'formula',
  'from',
  'limit',
])

function whyNotSwept(feature: Feature, reasonOf: (name: string) => string | null): string | null {
  if (feature.kind === 'measure') return whyNotMeasured(feature)
  if (feature.kind !== 'derived') return `kind ${feature.kind}`
  const other = Object.keys(feature).find((key) => !derivedKeys.has(key))
  if (other !== undefined) return `formula with "${other}"`
  if (!Object.hasOwn(sweepFormulas, feature.formula)) return `formula ${feature.formula}`
  const input = feature.from.find((name) => reasonOf(name) !== null)
  return input === undefined ? null : `made of ${input} (${reasonOf(input)})`
}

function computedFor(swept: readonly Feature[], all: ReadonlyMap<string, Feature>): readonly Feature[] {
  const found = new Map<string, Feature>()
  const visit = (feature: Feature): void => {
    if (found.has(feature.name)) return
    found.set(feature.name, feature)
    if (feature.kind === 'derived') for (const name of feature.from) visit(all.get(name)!)
  }
  for (const feature of swept) visit(feature)
  const features = [...found.values()]
  const layers: readonly DerivedFeature[] = derivedLayers(features).flat()
  return [...features.filter((feature): feature is MeasureFeature => feature.kind === 'measure'), ...layers]
}

const labelKeys: Readonly<Record<string, readonly string[]>> = {
  no_event_in_window: ['kind', 'events'],
  event_in_window: ['kind', 'events'],
  churn_date: ['kind', 'events', 'silenceDays'],
  explicit: ['kind', 'events', 'returnEvents'],
  any: ['kind', 'of'],
}

/** Why the labels cannot be judged by the sweep, or null; of several targets, all have to be known to it. */
function whyNotSpine({ churn, relations }: ExamplePlan): string | null {
  const known = new Set(['labels', 'target', 'targets', 'horizonDays', 'horizonsDays', 'gapDays', 'eligible'])
  const other = Object.entries(churn).find(([key, value]) => value !== undefined && !known.has(key))
  if (other !== undefined) return `churn with "${other[0]}"`
  const reasonOf = (name: string): string | null => {
    const label = churn.labels[name]!
    const keys = labelKeys[label.kind]
    if (keys === undefined) return `label kind ${label.kind}`
    const more = Object.entries(label).find(([key, value]) => value !== undefined && !keys.includes(key))
    if (more !== undefined) return `label with "${more[0]}"`
    if (label.kind === 'churn_date' && relations.hasAvailableDay === true) return 'silence in rows that came late'
    return label.kind === 'any' ? (label.of.map(reasonOf).find((reason) => reason !== null) ?? null) : null
  }
  for (const target of [churn.target, ...(churn.targets ?? [])]) {
    const reason = reasonOf(target)
    if (reason !== null) return reason
  }
  const { eligible } = churn
  const isKnown =
    eligible === 'any_history' || Object.keys(eligible).every((key) => ['events', 'withinDays'].includes(key))
  return isKnown ? null : 'eligibility'
}

/** A category is written as codes of the levels of this column. */
export function levelColumn(feature: Feature): 'category' | 'channel' | null {
  if (featureKind(feature) !== 'category' || feature.kind !== 'measure' || !('of' in feature)) return null
  return feature.of === 'category' || feature.of === 'channel' ? feature.of : null
}
