import type { CatalogEntry } from '../../core/artifacts.ts'
import { throwFaults } from '../../core/errors.ts'
import { type CatalogContext, type SelectedFeatures, selectFeatures } from '../../features/catalog.ts'
import { checkChurnEvents } from '../../features/check-churn-events.ts'
import { type ChurnConfig, predictionsOf } from '../../features/churn.ts'
import type { FeaturesConfig } from '../../features/config.ts'
import { selectedFor } from '../../features/earlier-labels.ts'
import type { Feature, FittedFeature } from '../../features/definition.ts'
import { describeCatalog, featureHash } from '../../features/describe.ts'
import { eligibleEvents, readableAttributes, targetLeaves } from '../../features/label.ts'
import type { Levels } from '../../features/plan.ts'
import { type Role, type RoleMap, resolveRoles, roles as allRoles } from '../../features/roles.ts'
import { userFeatures } from '../../features/user-features.ts'
import type { ExamineOutput } from '../compute/examine-task.ts'
import type { StageContext } from '../context.ts'
import type { FeatureSet } from './examples-type.ts'
import { knownFacts } from './known-facts.ts'
import { readByOthersOnly } from './own-columns.ts'
import { predictionName } from './prediction-context.ts'

/** What the data can give, before any value was seen. */
export interface PlannedFeatures {
  /** Of the first prediction. */
  readonly selected: SelectedFeatures
  /** What each prediction reads, by its name: all the same but for the user's own earlier labels, which are of its own. */
  readonly selectedFor: ReadonlyMap<string, SelectedFeatures>
  readonly features: readonly Feature[]
  readonly supporting: readonly Feature[]
  readonly levels: Levels
  readonly delaysDays: readonly number[]
  /** Event types that are purchases and carry money. */
  readonly purchaseTypes: readonly string[]
  /** Target -> days since the last qualifying event: what the recency baselines read. */
  readonly recencies: ReadonlyMap<string, string>
  /** Of the first target. */
  readonly recency: string
}

/** Chooses the features of the config that these data can give. Throws EbbError for event types that do not occur. */
export async function planFeatures(
  context: Pick<StageContext, 'config' | 'engine' | 'signal'>,
  extracted: Parameters<typeof knownFacts>[1],
): Promise<PlannedFeatures> {
  const { config } = context
  const { relations } = extracted
  const facts = await knownFacts(context, extracted)
  const churn = structuredClone(config.churn) as ChurnConfig
  throwFaults(checkChurnEvents(churn, facts.eventTypes))
  const wanted = structuredClone(config.features) as FeaturesConfig
  const roles = resolveRoles(wanted.roles)
  const catalog: CatalogContext = {
    families: wanted.use,
    lookbackDays: wanted.lookbackDays,
    trends: wanted.trends,
    roles,
    eventTypes: facts.eventTypes,
    attributes: readableAttributes(relations.attributes, churn),
    levels: facts.levels,
    has: facts.has,
  }
  const selected = selectFeatures(catalog, { add: userFeatures(wanted.add), drop: wanted.drop, life: wanted.life })
  const recencies = recencyFeatures(churn, { roles, eventTypes: facts.eventTypes })
  const own = new Map([...recencies.values()].map((feature) => [feature.name, feature]))
  const byPrediction = new Map(
    predictionsOf(churn).map((prediction, i) => [
      predictionName(prediction),
      i === 0 ? selected : selectedFor(selected, prediction),
    ]),
  )
  const features = distinct([...[...byPrediction.values()].flatMap((one) => one.features), ...own.values()])
  const isThere = new Set(features.map(({ name }) => name))
  const supporting = distinct([...byPrediction.values()].flatMap((one) => one.supporting))
  return {
    selected,
    selectedFor: byPrediction,
    features,
    supporting: supporting.filter(({ name }) => !isThere.has(name)),
    levels: facts.levels,
    delaysDays: facts.delaysDays,
    purchaseTypes: facts.has.amount ? roles.purchase.filter((type) => facts.eventTypes.includes(type)) : [],
    recencies: new Map([...recencies].map(([target, { name }]) => [target, name])),
    recency: recencies.get(churn.target)!.name,
  }
}

/** The first of each name, where it stands first. */
function distinct(features: readonly Feature[]): readonly Feature[] {
  const seen = new Set<string>()
  return features.filter(({ name }) => !seen.has(name) && seen.add(name))
}

/** One per target; the same name is always the same definition. */
function recencyFeatures(
  churn: ChurnConfig,
  data: { roles: RoleMap; eventTypes: readonly string[] },
): ReadonlyMap<string, Feature> {
  const byTarget = new Map<string, Feature>()
  for (const prediction of predictionsOf(churn)) {
    if (byTarget.has(prediction.target)) continue
    const feature = recencyFeature(prediction, data)
    const isOwn = feature.name === 'days_since_qualifying_event' && byTarget.size > 0
    const name = isOwn ? `${feature.name}_${byTarget.size + 1}` : feature.name
    byTarget.set(prediction.target, { ...feature, name })
  }
  return byTarget
}

/** `days_since_<role>` or `days_since_event` where the catalogue has just that, else one of our own. */
function recencyFeature(churn: ChurnConfig, data: { roles: RoleMap; eventTypes: readonly string[] }): Feature {
  const passive = targetLeaves(churn).flatMap((leaf) =>
    leaf.kind === 'explicit' || leaf.kind === 'contract' ? [] : leaf.events,
  )
  const eligible = eligibleEvents(churn)
  const types = [...new Set([passive, eligible, data.eventTypes].find((some) => some.length > 0))]
    .filter((type) => data.eventTypes.includes(type))
    .sort()
  const same = (others: readonly string[]): boolean => [...others].sort().join('\0') === types.join('\0')
  const role = allRoles.find((candidate: Role) => same(data.roles[candidate]))
  return {
    name:
      role !== undefined
        ? `days_since_${role}`
        : same(data.eventTypes)
          ? 'days_since_event'
          : 'days_since_qualifying_event',
    description: `Days since the last ${types.join(' or ')}`,
    family: 'activity',
    unit: 'days',
    whenEmpty: 'missing',
    actionable: false,
    kind: 'measure',
    measure: 'last',
    where: { op: 'in', name: 'event_type', values: types },
    lookbackDays: 'lifetime',
    offsetDays: 0,
  }
}

/** Leaves out what is constant in train or only proposed; baselines may read the recency feature even when models may not. */
export function chooseFeatures(
  { config }: StageContext,
  planned: PlannedFeatures,
  examined: ExamineOutput,
): FeatureSet {
  const constant = new Set(examined.features.filter(({ isConstant }) => isConstant).map(({ name }) => name))
  const isFitted = (feature: Feature): feature is FittedFeature => feature.kind === 'fitted'
  const isProposed = (name: string): boolean => config.features.life[name] === 'proposed'
  const offered = planned.selectedFor.get(predictionName(config.churn))!.features
  const theirs = readByOthersOnly(planned.selectedFor, config.churn)
  const fitted = planned.features.filter(isFitted).filter(({ from }) => from.every((name) => !constant.has(name)))
  const measured = planned.features.filter((feature) => !isFitted(feature) && !theirs.has(feature.name))
  const isUsable = (feature: Feature): boolean =>
    isFitted(feature) ? fitted.includes(feature) : !constant.has(feature.name)
  const all = [...planned.features, ...planned.supporting]
  const byName = new Map(all.map((feature) => [feature.name, feature]))
  return {
    measured,
    fitted,
    definitions: Object.fromEntries(planned.features.map((feature) => [feature.name, featureHash(feature, byName)])),
    // What is only proposed is named by the first prediction's name of it.
    inUse: offered
      .filter((feature, i) => isUsable(feature) && !isProposed(planned.selected.features[i]!.name))
      .map(({ name }) => name),
    recency: planned.recencies.get(config.churn.target)!,
  }
}

/** catalog.json with the coverage of each measured feature and why others are not in use. */
export function catalogOf(
  { config }: Pick<StageContext, 'config'>,
  planned: PlannedFeatures,
  { features, examined }: { readonly features: FeatureSet; readonly examined: ExamineOutput },
): CatalogEntry[] {
  const seen = new Map(examined.features.map((feature) => [feature.name, feature]))
  return describeCatalog(planned.selectedFor.get(predictionName(config.churn))!).map((entry) => {
    const inUse = features.inUse.includes(entry.name)
    return {
      ...entry,
      coverage: seen.get(entry.name)?.coverage ?? null,
      inUse,
      reason: inUse
        ? null
        : (entry.reason ?? (seen.get(entry.name)?.isConstant === false ? 'proposed' : 'constant in train')),
    }
  })
}
