import type { AuditCheck, LateReport, TruncationReport } from '../core/audit-artifacts.ts'
import type { ChurnJump } from './churn-jump.ts'
import type { OpenWindow } from './closed-windows.ts'
import type { CurrentValue } from './current-values.ts'
import { judgeFeatures } from './leakage/judge-features.ts'
import { count, failed, listed, passed, percent, unchecked, type Verdict, warned } from './leakage/verdict.ts'
import type { FeatureAuc } from './one-feature-auc.ts'
import type { PartOverlaps } from './part-overlaps.ts'

/** What was found about one prediction, before anybody judged it. */
export interface Findings {
  readonly truncation: TruncationReport
  readonly openWindows: readonly OpenWindow[]
  /** Days without an event before the data end, inside a prediction window; 0 where nothing is wrong. */
  readonly silentDays: number
  readonly overlaps: PartOverlaps
  readonly reachDays: number
  readonly aucs: readonly FeatureAuc[]
  /** Whether any feature is read from a static table. */
  readonly hasFixed: boolean
  /** Null: too few cutoffs to tell. */
  readonly currentValues: readonly CurrentValue[] | null
  readonly jumps: readonly ChurnJump[]
  readonly cutoffs: number
  /** Null: another prediction of the run has told of the data. */
  readonly data: DataFindings | null
}

/** What was found about the data, whatever is predicted. */
export interface DataFindings {
  readonly idLike: readonly { readonly feature: string; readonly why: string }[]
  /** Whether there is any feature that could be an id. */
  readonly hasIdCandidates: boolean
  /** Groups of user ids that differ only in how they are written, as text; at most a few. */
  readonly writtenTwice: { readonly groups: number; readonly examples: readonly string[] }
  readonly late: LateReport
  /** Days from the end of the last prediction window to the data end. */
  readonly slackDays: number
}

/** Every finding as a line of audit.json, what stops a run first. */
export function judge(findings: Findings, allow: readonly string[]): AuditCheck[] {
  const { data } = findings
  return [
    named('leakage.truncation', 'features that read past the visible end', truncation(findings.truncation)),
    named('leakage.closed_window', 'prediction windows that are not over', closedWindow(findings)),
    named('purge', 'label windows that reach into a later part', purge(findings)),
    ...judgeFeatures(findings, allow),
    ...jumps(findings),
    named('leakage.users', 'one person on both sides of a split', users(findings)),
    named('leakage.silent_end', 'a log that stops before the declared end', silentEnd(findings)),
    ...(data === null
      ? []
      : [
          named('leakage.arrivals', 'rows that came after they happened', arrivals(data)),
          named('leakage.corrections', 'rows that were corrected later', corrections(data)),
        ]),
  ]
}

const named = (name: string, looksFor: string, verdict: Verdict): AuditCheck => ({ name, looksFor, ...verdict })

function truncation(report: TruncationReport): Verdict {
  const features = [...new Set(report.differing.map(({ feature }) => feature))]
  const observed = `${features.length} features differ, ${report.lostRows} examples lost`
  const expected = 'the same bits after everything from the visible end on is deleted'
  const size = `${count(report.rows)} examples at ${report.cutoffs.length} cutoffs, ${count(report.values)} values, ${count(report.deletedEvents)} later events deleted`
  if (report.lostRows > 0)
    return failed(observed, expected, `${report.lostRows} examples are there only because of what came later (${size})`)
  if (features.length === 0) return passed(`the same bits: ${size}`, expected, 'no feature reads the future')
  return failed(observed, expected, `${listed(features)} read what lies after the cutoff (${size})`)
}

function closedWindow({ openWindows, cutoffs }: Findings): Verdict {
  const expected = 'cutoff + gap + horizon + delay at most the data end'
  if (openWindows.length === 0)
    return passed(`${cutoffs} cutoffs, all closed`, expected, 'no label was decided before its window was over')
  const words = openWindows.map(({ cutoff, missingDays }) => `${cutoff} lacks ${missingDays} days`)
  return failed(listed(words), expected, 'silence that was not watched to its end is called churn')
}

function purge({ overlaps, reachDays }: Findings): Verdict {
  const expected = `at least ${reachDays} days between parts (gap + horizon + delay + embargo)`
  const words = overlaps.windows.map(({ earlier, later, days }) => `${earlier} reaches ${days} days into ${later}`)
  if (words.length === 0)
    return passed(`${reachDays} days or more between parts`, expected, 'no label window reaches into a later part')
  return failed(listed(words), expected, 'labels of an earlier part are decided while a later part is predicted')
}

function jumps({ jumps: found, cutoffs }: Findings): AuditCheck[] {
  const looksFor = 'a jump in the churn rate from one cutoff to the next'
  const expected = 'at most 4 robust standard deviations of the earlier changes'
  if (found.length > 0)
    return found.map(({ cutoff, message, deviations }) => ({
      name: `churn_rate.${cutoff}`,
      looksFor,
      ...warned(`${deviations.toFixed(1)} robust SD`, expected, message),
    }))
  const verdict =
    cutoffs < 6
      ? unchecked(`${cutoffs} cutoffs`, expected, 'needs 6 cutoffs: 4 earlier changes to compare one with')
      : passed(`${cutoffs} cutoffs without one`, expected, 'the churn rate moves evenly')
  return [{ name: 'churn_rate', looksFor, ...verdict }]
}

function users({ overlaps, data }: Findings): Verdict {
  const expected = 'every person under one id, and in one fold'
  const shared = overlaps.users.map(({ earlier, later, users: n }) => `${count(n)} users in ${earlier} and ${later}`)
  const writtenTwice = data?.writtenTwice ?? { groups: 0, examples: [] }
  const twice =
    writtenTwice.groups === 0
      ? []
      : [`${count(writtenTwice.groups)} ids written in two ways: ${listed(writtenTwice.examples)}`]
  if (shared.length + twice.length === 0) return passed('none', expected, 'no user is on both sides')
  const message =
    'what a model learned of a person on one side it is tested with on the other; sources.<name>.ids maps ids to one person'
  return warned([...shared, ...twice].join('; '), expected, message)
}

function silentEnd({ silentDays }: Findings): Verdict {
  const expected = 'events up to the data end'
  if (silentDays === 0) return passed('events up to the end', expected, 'the last windows were watched to their end')
  const message =
    'the last prediction windows lie in days without any event, so that everybody looks churned: check dataEnd and the export'
  return warned(`${silentDays} days without an event before the data end`, expected, message)
}

function arrivals({ late, slackDays }: DataFindings): Verdict {
  const expected = 'the last rows of a window had come by the data end'
  if (late.arrivals === null)
    return unchecked(
      'no source says when its rows came',
      expected,
      'map available_at to a column with the time of loading, and late rows are kept out of features',
    )
  const { lateShare, p99Days, maxDays, heldBack } = late.arrivals
  const observed = `${percent(lateShare)} on a later day, 99 % within ${p99Days} days, all within ${maxDays}; ${count(heldBack)} held back`
  if (p99Days <= slackDays + 1) return passed(observed, expected, 'features see a row only at cutoffs after it came')
  const message = `one row in a hundred comes more than ${p99Days} days late, but the last prediction window ended ${slackDays} days before the data: set delayDays`
  return warned(observed, expected, message)
}

function corrections({ late }: DataFindings): Verdict {
  const expected = 'the rows of an older copy, unchanged'
  if (late.snapshot === null)
    return unchecked(
      'no older copy was given',
      expected,
      'cannot be checked from one copy of the data: `ebb audit CONFIG --against OLDER` compares two',
    )
  const touched = late.snapshot.tables.filter(({ appeared, vanished, changed }) => appeared + vanished + changed > 0)
  const rows = late.snapshot.tables.reduce((sum, table) => sum + table.rows, 0)
  if (touched.length === 0)
    return passed(
      `${count(rows)} rows from before ${late.snapshot.end} are as they were`,
      expected,
      'what was known then is what is used now',
    )
  const words = touched.map(
    ({ table, appeared, vanished, changed }) =>
      `${table}: ${count(appeared)} appeared, ${count(vanished)} vanished, ${count(changed)} changed`,
  )
  const message = `rows from before ${late.snapshot.end} are not those of the older copy (${listed(touched.flatMap(({ examples }) => examples).slice(0, 3))}): features of old cutoffs know what nobody knew then; map available_at, or give attributes a validFrom`
  return warned(words.join('; '), expected, message)
}
