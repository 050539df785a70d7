import type { TagAtCutoff } from '../core/audit-artifacts.ts'
import type { TagLife } from '../evaluation/tag-life.ts'
import { formatMetric } from './format.ts'
import { renderTable } from './table.ts'

const none = '–'

/** One line per tag; its name is whole as long as there is room for it. */
export function tagLines(lives: readonly TagLife[], width: number): string[] {
  const rows = lives.map((life) => [
    share(life.measured?.coverage ?? life.entry?.coverage),
    formatMetric(life.measured?.auc.value ?? Number.NaN),
    number(life.measured?.drift.psi, 3),
    String(life.usedBy.length),
    life.tag,
    noteWords(life),
  ])
  return renderTable(
    [
      { title: 'known', align: 'right' },
      { title: 'AUC', align: 'right' },
      { title: 'drift', align: 'right' },
      { title: 'models', align: 'right' },
      { title: 'tag' },
      { title: 'note', shrinkTo: 8 },
    ],
    rows,
    width,
  )
}

/** Tags that say the same: under the name of the one that stands for all, those that repeat it. */
export function groupLines(lives: readonly TagLife[], width: number): string[] {
  const groups = new Map<string, TagLife[]>()
  for (const life of lives) {
    const kept = life.measured!.repeats!.tag
    groups.set(kept, [...(groups.get(kept) ?? []), life])
  }
  const rows = [...groups].flatMap(([kept, own]) => [
    [kept, '', '', ''],
    ...own.map(({ tag, measured, usedBy }) => [
      `  ${tag}`,
      number(measured!.repeats!.correlation, 2),
      formatMetric(measured!.auc.value),
      String(usedBy.length),
    ]),
  ])
  const right = { align: 'right' } as const
  return renderTable(
    [
      { title: 'tag, and what repeats it', shrinkTo: 24 },
      { title: 'rank correlation', ...right },
      { title: 'AUC', ...right },
      { title: 'models', ...right },
    ],
    rows,
    width,
  )
}

/** What is not as usual: the state, a change of definition, the tag that says the same. */
function noteWords(life: TagLife): string {
  const repeats = life.measured?.repeats
  return [
    ...(life.state === 'in use' && life.since !== 'new' && life.since !== 'changed' ? [] : [stateWords(life)]),
    ...(isNull(repeats) ? [] : [`as ${repeats.tag}`]),
  ].join('; ')
}

/** All that is known of one tag. */
export function tagFacts(life: TagLife): [string, string][] {
  const { entry, measured } = life
  const facts: [string, string | null][] = [
    ['tag', life.tag],
    ['what', entry?.description ?? null],
    ['family', entry === null ? null : `${entry.family}, ${entry.kind}, in ${entry.unit}`],
    ['lookback', isNull(entry?.lookbackDays) ? null : lookback(entry.lookbackDays)],
    ['state', stateWords(life)],
    [
      'definition',
      entry === null ? null : `${entry.hash.slice(0, 12)}${life.since === null ? '' : `, ${sinceWords[life.since]}`}`,
    ],
    ['known for', share(measured?.coverage ?? entry?.coverage)],
    [
      'alone',
      measured === null
        ? null
        : `AUC ${formatMetric(measured.auc.value)} (95 % ${formatMetric(measured.auc.low)} to ${formatMetric(measured.auc.high)})`,
    ],
    ['drift', measured === null ? null : driftWords(measured.drift)],
    ['used by', life.usedBy.length === 0 ? 'no model' : life.usedBy.join(', ')],
    ['repeats', isNull(measured?.repeats) ? null : repeatWords(life)],
    ['repeated by', life.repeatedBy.length === 0 ? null : life.repeatedBy.join(', ')],
  ]
  return facts.filter((fact): fact is [string, string] => fact[1] !== null)
}

/** The tag at every cutoff. */
export function cutoffLines(cutoffs: readonly TagAtCutoff[], width: number): string[] {
  const isCategory = cutoffs.some(({ top }) => top !== null)
  const spread = (at: TagAtCutoff): string[] =>
    isCategory
      ? [at.top === null ? none : `${at.top.level} ${share(at.top.share)}`]
      : [number(at.mean), number(at.p10), number(at.p50), number(at.p90)]
  const titles = isCategory ? ['most have'] : ['mean', '10 %', 'median', '90 %']
  return renderTable(
    [
      { title: 'cutoff' },
      { title: 'rows', align: 'right' },
      { title: 'known', align: 'right' },
      ...titles.map((title) => ({ title, align: 'right' as const })),
      { title: 'psi', align: 'right' },
    ],
    cutoffs.map((at) => [at.cutoff, String(at.rows), share(at.coverage), ...spread(at), number(at.psi, 3)]),
    width,
  )
}

const sinceWords = {
  new: 'new since the run before',
  changed: 'changed since the run before',
  same: 'as in the run before',
}

function stateWords({ state, entry, since }: TagLife): string {
  const words = state === 'absent' ? (entry?.reason ?? state) : state
  return since === 'new' || since === 'changed' ? `${words}, ${since}` : words
}

function repeatWords({ measured }: TagLife): string {
  const repeats = measured?.repeats
  return isNull(repeats) ? '' : `${repeats.tag} (${number(repeats.correlation, 2)})`
}

function driftWords(drift: NonNullable<TagLife['measured']>['drift']): string {
  const effect = drift.kind === 'number' ? 'mean difference' : `share of ${drift.effectOf}, Cohen's h`
  return `PSI ${number(drift.psi, 3)}, Jensen-Shannon ${number(drift.jensenShannon, 3)} bits, ${effect} ${number(drift.effect, 2)}, missing ${share(drift.missingReference)} -> ${share(drift.missing)} (test against train)`
}

function isNull<T>(value: T | null | undefined): value is null | undefined {
  return value === null || value === undefined
}
const lookback = (days: number | 'lifetime'): string => (days === 'lifetime' ? 'lifetime' : `${days} days`)
const share = (value: number | null | undefined): string =>
  isNull(value) || Number.isNaN(value) ? none : `${(100 * value).toFixed(1)} %`

function number(value: number | null | undefined, digits?: number): string {
  if (isNull(value) || Number.isNaN(value)) return none
  return digits === undefined ? String(Number(value.toPrecision(4))) : value.toFixed(digits)
}
