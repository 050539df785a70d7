import { dayNumber } from '../../core/day.ts'
import { predictionsOf } from '../churn.ts'
import { featureKind, type DerivedFeature, type Feature, type MeasureFeature } from '../definition.ts'
import { returnTypes, targetLeaves, type NamedLeaf } from '../label.ts'
import type { ExamplePlan } from '../plan.ts'
import { plannedPredictions } from '../predictions.ts'
import { windowKey } from '../window.ts'
import { Conditions, type Filled, type FlagCondition } from './conditions.ts'
import type { SweepSplit } from './plan-sweep.ts'
import {
  fineMeasures,
  type DerivedCode,
  type LabelCode,
  type MeasureCode,
  type SpineCode,
  type SweepProgram,
  type WindowCode,
} from './program.ts'
import { bitsFor, layOut } from './record-layout.ts'

/** What came later than so many days came never, for all that the cutoffs of a plan can tell. */
export const mostLateDays = 65_535

/** What has to be known of the events before they are read. */
export interface EventFacts {
  readonly baseDay: number
  /** log2 of the users of a bucket. */
  readonly userBits: number
  /** Money or quantity passes 2^31. */
  readonly isWide: boolean
  readonly logarithms: Float64Array
}

/** A program, and what the engine has to be asked for it. */
export interface MadeProgram {
  readonly program: SweepProgram
  /** Types by code - 1. */
  readonly typeNames: readonly string[]
  readonly flags: readonly FlagCondition[]
}

/** Turns the declarations into the program of the sweep. */
export function makeProgram(plan: ExamplePlan, split: SweepSplit, facts: EventFacts): MadeProgram {
  const conditions = new Conditions()
  const windows = new Map<string, WindowCode>()
  const measured = split.computed.filter((feature): feature is MeasureFeature => feature.kind === 'measure')
  const derived = split.computed.filter((feature): feature is DerivedFeature => feature.kind === 'derived')
  const slots = new Map([...measured, ...derived].map((feature, slot) => [feature.name, slot]))
  const measures = measured.map((feature) => measureCode(feature, conditions, windows))
  const spine = split.spineReason === null ? spineCode(plan, conditions) : null
  const typeNames = conditions.typeNames()
  const uses = usesOf(measured, plan)
  const layout = layOut({
    userBits: facts.userBits,
    typeBits: bitsFor(typeNames.length),
    categoryBits: uses.category ? bitsFor(plan.levels.category.length) : 0,
    channelBits: uses.channel ? bitsFor(plan.levels.channel.length) : 0,
    microBits: uses.micro ? bitsFor(999_999) : 0,
    delayBits: plan.delaysDays.length > 1 ? bitsFor(plan.delaysDays.length - 1) : 0,
    lateBits: plan.relations.hasAvailableDay === true ? bitsFor(mostLateDays) : 0,
    flags: conditions.flags.length,
    amount: uses.amount,
    quantity: uses.quantity,
    isWide: facts.isWide,
  })
  const program: SweepProgram = {
    mode: plan.mode,
    cutoffs: plan.cutoffs.map(dayNumber),
    delaysDays: plan.delaysDays,
    baseDay: facts.baseDay,
    layout,
    conditions: conditions.compiled(),
    windows: [...windows.values()],
    measures,
    derived: derived.map((feature) => derivedCode(feature, slots)),
    outputs: split.swept.map((feature) => ({
      name: feature.name,
      slot: slots.get(feature.name)!,
      kind: featureKind(feature),
    })),
    spine,
    logarithms: facts.logarithms,
    levels: { category: plan.levels.category.length, channel: plan.levels.channel.length },
  }
  return { program, typeNames, flags: conditions.flags }
}

function measureCode(feature: MeasureFeature, conditions: Conditions, windows: Map<string, WindowCode>): MeasureCode {
  const key = windowKey(feature)
  if (!windows.has(key)) {
    const { lookbackDays, offsetDays } = feature
    const isLifetime = lookbackDays === 'lifetime'
    windows.set(key, { lookbackDays: isLifetime ? null : lookbackDays, offsetDays: isLifetime ? 0 : offsetDays })
  }
  const filled: Filled = filledBy(feature)
  return {
    feature,
    window: [...windows.keys()].indexOf(key),
    condition: conditions.index(feature.where),
    filled: filled === null ? 0 : conditions.index(feature.where, filled),
  }
}

/** The column of which it matters whether there is a value at all. */
function filledBy(feature: MeasureFeature): Filled {
  const needsValue = ['min', 'max', 'mean', 'lastValue']
  if ('of' in feature && needsValue.includes(feature.measure)) return feature.of as Filled
  return feature.measure === 'sum' && feature.whenEmpty === 'missing' ? feature.of : null
}

function derivedCode(feature: DerivedFeature, slots: ReadonlyMap<string, number>): DerivedCode {
  const { formula, whenEmpty } = feature
  return { formula, whenEmpty, from: feature.from.map((name) => slots.get(name)!), limit: feature.limit ?? Number.NaN }
}

function spineCode(plan: ExamplePlan, conditions: Conditions): SpineCode {
  const { churn } = plan
  const predictions = plannedPredictions(plan).map((prediction) => ({
    prediction,
    names: targetLeaves(prediction.churn).map(({ name }) => name),
  }))
  const leaves = leavesOf(plan)
  const labels = leaves.map((leaf): LabelCode => {
    if (leaf.kind === 'no_event_in_window' || leaf.kind === 'event_in_window')
      return { kind: leaf.kind, condition: conditions.ofTypes(leaf.events) }
    if (leaf.kind === 'churn_date')
      return { kind: leaf.kind, condition: conditions.ofTypes(leaf.events), silenceDays: leaf.silenceDays }
    if (leaf.kind !== 'explicit') throw new RangeError(`label "${leaf.name}": ${leaf.kind} is no label of the sweep`)
    const back = returnTypes(leaf, churn)
    const returns = back === null ? conditions.notOfTypes(leaf.events) : conditions.ofTypes(back)
    return { kind: leaf.kind, condition: conditions.ofTypes(leaf.events), returns }
  })
  const { eligible, gapDays } = churn
  const isActive = typeof eligible === 'object' && 'withinDays' in eligible
  return {
    labels,
    predictions: predictions.map(({ prediction: { horizonDays, cutoffs }, names }) => ({
      gapDays,
      horizonDays,
      labels: names.map((name) => leaves.findIndex((leaf) => leaf.name === name)),
      isClosed: Uint8Array.from(plan.cutoffs, (cutoff) => (cutoffs.includes(cutoff) ? 1 : 0)),
    })),
    eligible: isActive ? { condition: conditions.ofTypes(eligible.events), withinDays: eligible.withinDays } : null,
  }
}

/** Leaves of all targets of the plan, each once. */
function leavesOf({ churn }: ExamplePlan): readonly NamedLeaf[] {
  const leaves = predictionsOf(churn).flatMap(targetLeaves)
  return [...new Map(leaves.map((leaf) => [leaf.name, leaf])).values()]
}

interface Uses {
  category: boolean
  channel: boolean
  amount: boolean
  quantity: boolean
  /** Moments inside one second must be told apart. */
  micro: boolean
}

function usesOf(measured: readonly Feature[], plan: ExamplePlan): Uses {
  const of = new Set(measured.flatMap((feature) => (feature.kind === 'measure' && 'of' in feature ? [feature.of] : [])))
  const isFine = measured.some((feature) => feature.kind === 'measure' && fineMeasures.has(feature.measure))
  return {
    category: of.has('category'),
    channel: of.has('channel'),
    amount: of.has('amount'),
    quantity: of.has('quantity'),
    micro: isFine || leavesOf(plan).some(({ kind }) => kind === 'explicit'),
  }
}
