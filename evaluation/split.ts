import { type Day, dayNumber } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import type { SplitSpec } from './split-schema.ts'

export { splitSchema, type SplitSpec } from './split-schema.ts'

export const parts = ['train', 'calibrate', 'select', 'test'] as const
export type Part = (typeof parts)[number]

export interface SplitInput {
  /** Closed cutoffs that have rows, any order. */
  readonly cutoffs: readonly Day[]
  readonly gapDays: number
  readonly horizonDays: number
  /** The largest source delay. */
  readonly delayDays: number
  readonly spec: SplitSpec
}

export interface SplitPlan {
  readonly mode: 'cutoffs' | 'user_folds'
  /** Ascending; in mode user_folds train, calibrate and select have the same cutoffs and differ in their users. */
  readonly parts: Readonly<Record<Part, readonly Day[]>>
  readonly purged: readonly { readonly cutoff: Day; readonly reason: string }[]
  /** For people: why this mode, what was purged. */
  readonly explanation: string
  /** Days from a cutoff to the first day on which a later part may begin: gap + horizon + delay + embargo. */
  readonly reachDays: number
  /** In mode user_folds: the part of a user is parts[userFold(id, count, salt)]; else null. */
  readonly folds: { readonly count: number; readonly salt: string; readonly parts: readonly Part[] } | null
}

type Parts = Record<Part, Day[]>
interface Attempt {
  parts: Parts
  purged: { cutoff: Day; reason: string }[]
}

/**
 * Shares the cutoffs out, latest first: test, select, calibrate, train, and purges between every two parts each cutoff
 * whose labels would not be known by the first day of the later one. Where four parts find no room (or mode user_folds
 * asks for it) calibrate and select become user folds of the training cutoffs; test stays out of time. Throws an
 * EbbError: kind `config` when the spec contradicts itself or the cutoffs, `data` when there are too few cutoffs.
 */
export function planSplit(input: SplitInput): SplitPlan {
  const cutoffs = [...new Set(input.cutoffs)].sort()
  const { spec } = input
  requireKnown(cutoffs, spec)
  const reachDays = input.gapDays + input.horizonDays + input.delayDays + spec.embargoDays
  const four = spec.mode === 'user_folds' ? null : fourParts(cutoffs, spec, reachDays)
  if (four) return { ...describeFour(four, reachDays), reachDays, folds: null }
  const namesLists = Array.isArray(spec.calibrate) || Array.isArray(spec.select)
  if (spec.mode === 'cutoffs' || (spec.mode === 'auto' && namesLists))
    throw noRoom('no room for train, calibrate, select and test', input, reachDays)
  const two = twoParts(cutoffs, spec, reachDays)
  if (!two) throw noRoom('no training cutoff whose labels are known by the first test cutoff', input, reachDays)
  const { salt, ...shares } = spec.userFolds
  const owners = (['train', 'calibrate', 'select'] as const).flatMap((part) => Array<Part>(shares[part]).fill(part))
  return {
    ...describeFolds(two, { owners, reachDays, isAsked: spec.mode === 'user_folds' }),
    reachDays,
    folds: { count: owners.length, salt, parts: owners },
  }
}

/** Null when some part stays empty. */
function fourParts(cutoffs: readonly Day[], spec: SplitSpec, reachDays: number): Attempt | null {
  const attempt: Attempt = { parts: { train: [], calibrate: [], select: [], test: [] }, purged: [] }
  let left = [...cutoffs]
  for (const part of ['test', 'select', 'calibrate', 'train'] as const) {
    const taken = take(left, spec[part])
    if (taken.length === 0 || wants(spec[part]) > taken.length) return null
    attempt.parts[part] = taken
    const before = left.filter((cutoff) => cutoff < taken[0]!)
    if (part === 'train') return { ...attempt, purged: attempt.purged.toReversed() }
    left = purge(before, { part, start: taken[0]! }, reachDays, attempt)
  }
  return null
}

function twoParts(cutoffs: readonly Day[], spec: SplitSpec, reachDays: number): Attempt | null {
  const attempt: Attempt = { parts: { train: [], calibrate: [], select: [], test: [] }, purged: [] }
  const test = take(cutoffs, spec.test)
  if (test.length === 0 || wants(spec.test) > test.length) return null
  const before = cutoffs.filter((cutoff) => cutoff < test[0]!)
  const train = take(purge(before, { part: 'test', start: test[0]! }, reachDays, attempt), spec.train)
  if (train.length === 0 || (Array.isArray(spec.train) && wants(spec.train) > train.length)) return null
  return { parts: { train, calibrate: train, select: train, test }, purged: attempt.purged.toReversed() }
}

/** The latest n, the named ones, or all. */
function take(cutoffs: readonly Day[], wanted: SplitSpec[Part]): Day[] {
  if (wanted === 'rest') return [...cutoffs]
  if (Array.isArray(wanted)) return cutoffs.filter((cutoff) => wanted.includes(cutoff))
  return cutoffs.slice(-wanted)
}

function wants(wanted: SplitSpec[Part]): number {
  if (wanted === 'rest') return 1
  return Array.isArray(wanted) ? new Set(wanted).size : wanted
}

/** Those of `before` whose labels are known by `start`; the others are noted as purged. */
function purge(before: readonly Day[], later: { part: Part; start: Day }, reachDays: number, attempt: Attempt): Day[] {
  const isKnown = (cutoff: Day) => dayNumber(cutoff) + reachDays <= dayNumber(later.start)
  for (const cutoff of before.toReversed())
    if (!isKnown(cutoff))
      attempt.purged.push({ cutoff, reason: `its labels are not known by ${later.start}, where ${later.part} begins` })
  return before.filter(isKnown)
}

function describeFour(
  attempt: Attempt,
  reachDays: number,
): Pick<SplitPlan, 'mode' | 'parts' | 'purged' | 'explanation'> {
  const counts = parts.map((part) => `${part} ${attempt.parts[part].length}`).join(', ')
  return {
    mode: 'cutoffs',
    ...attempt,
    explanation:
      `Four parts by cutoff (${counts}), each later than the one before. A label is known ${reachDays} days after its ` +
      `cutoff, so no label window reaches into a later part; ${purgedWords(attempt.purged.length)}.`,
  }
}

function describeFolds(
  attempt: Attempt,
  about: { owners: readonly Part[]; reachDays: number; isAsked: boolean },
): Pick<SplitPlan, 'mode' | 'parts' | 'purged' | 'explanation'> {
  const share = (part: Part) =>
    `${Math.round((100 * about.owners.filter((owner) => owner === part).length) / about.owners.length)} %`
  const why = about.isAsked
    ? 'As configured, train, calibrate and select are'
    : 'The time line has no room for four parts, so train, calibrate and select are'
  return {
    mode: 'user_folds',
    ...attempt,
    explanation:
      `${why} different users (${share('train')}, ${share('calibrate')}, ${share('select')}) at the same ` +
      `${cutoffWords(attempt.parts.train.length)}. Test stays out of time: every training label is known by ` +
      `${attempt.parts.test[0]}, ${about.reachDays} days after its cutoff at the latest; ${purgedWords(attempt.purged.length)}.`,
  }
}

function cutoffWords(count: number): string {
  return count === 1 ? 'training cutoff' : `${count} training cutoffs`
}

function purgedWords(count: number): string {
  return count === 0 ? 'nothing had to be purged' : `${count} cutoff${count === 1 ? ' was' : 's were'} purged for it`
}

function requireKnown(cutoffs: readonly Day[], spec: SplitSpec): void {
  for (const part of parts) {
    const named = spec[part]
    if (!Array.isArray(named)) continue
    const missing = named.filter((day) => !cutoffs.includes(day as Day))
    if (missing.length > 0)
      throw new EbbError({
        code: 'SPLIT_CUTOFF_UNKNOWN',
        kind: 'config',
        where: `split.${part}`,
        what: 'names days that are not closed cutoffs of this experiment',
        expected: `days among ${cutoffs.join(', ') || '(none)'}`,
        received: missing.join(', '),
      })
  }
}

/** Kind `config` when lists of days in the config leave no room, `data` when the time line is too short. */
function noRoom(what: string, input: SplitInput, reachDays: number): EbbError {
  const { spec } = input
  const cutoffs = [...new Set(input.cutoffs)].sort()
  const namesLists = [spec.train, spec.calibrate, spec.select].some(Array.isArray)
  return new EbbError({
    code: 'SPLIT_NO_ROOM',
    kind: namesLists ? 'config' : 'data',
    where: 'split',
    what,
    expected: `cutoffs ${reachDays} days (gap + horizon + delay + embargo) apart between parts`,
    received: cutoffs.length === 0 ? 'no closed cutoff' : `${cutoffs.length} from ${cutoffs[0]} to ${cutoffs.at(-1)}`,
    hint: namesLists
      ? 'change the lists of days, or let split.mode auto choose'
      : 'shorten the horizon, take more or earlier cutoffs, or use split.mode auto',
  })
}
