import type { CheckResult, ModelOrigin } from '../../core/artifacts.ts'
import { addDays, type Day } from '../../core/day.ts'
import type { Part } from '../../evaluation/split.ts'
import type { BundleAbout } from '../compute/bundle.ts'
import type { GivenModel } from '../given-models.ts'
import type { ModelPlan } from './models.ts'

/** Where models come from that bring knowledge from before this run, by name; none for those that begin here. */
export function originsOf(
  models: readonly Pick<ModelPlan, 'name' | 'given'>[],
  parts: Readonly<Record<Part, readonly Day[]>>,
): Map<string, ModelOrigin> {
  const judged = [...parts.calibrate, ...parts.select, ...parts.test].sort()
  const origins = models.flatMap(({ name, given }) =>
    given === null ? [] : [[name, originOf(given, judged[0]!)] as const],
  )
  return new Map(origins)
}

/** A model knows a part when its labels reach past the part's first cutoff. */
function originOf(given: GivenModel, firstJudged: Day): ModelOrigin {
  const { kind, from, sha256, trees } = given
  const trainedUntil = kind === 'imported' ? given.trainedUntil : labelsEnd(given.about)
  const hasSeenLabels = trainedUntil === null ? 'unknown' : trainedUntil > firstJudged ? 'yes' : 'no'
  const source = kind === 'imported' ? `taken as it is from ${from}` : `goes on from the ${trees} trees of ${from}`
  const knows = {
    no: `whose labels end by ${trainedUntil}, before the first cutoff that models are judged on (${firstJudged})`,
    yes: `whose labels reach to ${trainedUntil}: it knows outcomes of the cutoffs from ${firstJudged} on that it is judged on here, so its figures flatter it`,
    unknown: 'and nobody says until when it was trained: it may know users and outcomes that it is judged on here',
  }
  return { kind, from, sha256, trees, trainedUntil, hasSeenLabels, note: `${source}, ${knows[hasSeenLabels]}` }
}

/** First day of which the labels of its training knew nothing. */
function labelsEnd({ lastCutoff, target }: BundleAbout): Day {
  return addDays(lastCutoff, target.gapDays + target.horizonDays)
}

/** One line of checks.json each: what may have seen the labels is a warning. */
export function originChecks(
  origins: ReadonlyMap<string, ModelOrigin>,
  stageName: (name: string) => string,
): CheckResult[] {
  return [...origins].map(([name, { hasSeenLabels, trainedUntil, note }]) => ({
    name: stageName(`models.${name}.origin`),
    passed: hasSeenLabels === 'no',
    severity: 'warn',
    observed: trainedUntil === null ? 'unknown' : `trained until ${trainedUntil}`,
    expected: 'trained before the first cutoff that it is judged on',
    message: `${name}: ${note}`,
  }))
}
