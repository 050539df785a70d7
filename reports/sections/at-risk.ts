import type { ScoringSummary } from '../../core/artifacts.ts'
import { tierColors } from '../charts/tiers.ts'
import { count, money, percent, plural } from '../format.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent } from '../section.ts'
import { table } from '../table.ts'

/** Who is at risk now: tiers, life cycle, the ten users with the most to lose. */
export function atRiskSection(files: RunFiles): Section {
  const { scoring } = files
  return {
    id: 'risk',
    title: 'Who is at risk',
    short: 'At risk',
    body: scoring ? body(scoring) : absent(files, 'scoring', 'Who is at risk'),
  }
}

function body(scoring: ScoringSummary): Html {
  const hasValue = scoring.tiers.some((tier) => tier.valueAtRisk !== null)
  return html`
    <p>
      As of ${scoring.asOf}, ${plural(scoring.rows, 'user')} of <b>${scoring.name}</b> scored, mean probability
      ${percent(scoring.meanProbability)}. ${holdoutWords(scoring)} ${excludedWords(scoring)}
    </p>
    <div class="pair">
      <div>
        <h3>Tiers</h3>
        ${tierTable(scoring, hasValue)}
      </div>
      <div>
        <h3>Life cycle</h3>
        ${lifecycleTable(scoring)}
      </div>
    </div>
    <h3>${hasValue ? 'The ten users with the most value at risk' : 'The ten riskiest users'}</h3>
    ${hasValue ? html`<p class="soft">Value at risk = probability × own spend over the last horizon.</p>` : null}
    ${topTable(scoring, hasValue)}
  `
}

/** `scoring.holdout` is the configured fraction. */
function holdoutWords({ holdout }: ScoringSummary): Html {
  return holdout > 0
    ? html`${percent(holdout)} of users are held out of every campaign, so that its effect can be measured.`
    : html`<b class="warn">No user is held out: the effect of a campaign will not be measurable.</b>`
}

function excludedWords(scoring: ScoringSummary): string {
  if (scoring.excluded.length === 0) return 'Nobody was excluded.'
  return `Not ranked: ${scoring.excluded.map((one) => `${count(one.users)} (${one.reason})`).join(', ')}.`
}

const tierMark = (tier: string): Html =>
  html`<i class="dot" style="color: ${tierColors[tier] ?? 'var(--gray)'}"></i>${tier}`

function tierTable(scoring: ScoringSummary, hasValue: boolean): Html {
  return table({
    caption: 'Tiers',
    rows: scoring.tiers,
    columns: [
      { head: 'tier', cell: (row) => tierMark(row.tier), isOneLine: true },
      { head: 'users', cell: (row) => count(row.users), isNumber: true },
      { head: 'mean', cell: (row) => percent(row.meanProbability), isNumber: true, note: 'Mean probability' },
      { head: 'from', cell: (row) => percent(row.minProbability), isNumber: true, note: 'Lowest probability' },
      ...(hasValue
        ? [
            {
              head: 'value at risk',
              cell: (row: ScoringSummary['tiers'][number]) => money(row.valueAtRisk),
              isNumber: true,
            },
          ]
        : []),
    ],
  })
}

function lifecycleTable(scoring: ScoringSummary): Html {
  return table({
    caption: 'Life cycle',
    rows: scoring.lifecycle,
    columns: [
      { head: 'stage', cell: (row) => row.stage },
      { head: 'users', cell: (row) => count(row.users), isNumber: true },
      { head: 'mean probability', cell: (row) => percent(row.meanProbability), isNumber: true },
    ],
  })
}

function topTable(scoring: ScoringSummary, hasValue: boolean): Html {
  return table({
    caption: 'Users at risk',
    rows: scoring.top,
    stacksOnPhone: true,
    columns: [
      { head: 'user', cell: (row) => html`<code>${row.userId}</code>`, isOneLine: true },
      { head: 'probability', cell: (row) => percent(row.probability), isNumber: true },
      { head: 'tier', cell: (row) => tierMark(row.tier), isOneLine: true },
      ...(hasValue
        ? [
            {
              head: 'value at risk',
              cell: (row: ScoringSummary['top'][number]) => money(row.valueAtRisk),
              isNumber: true,
            },
          ]
        : []),
      { head: 'stage', cell: (row) => row.lifecycleStage },
      {
        head: 'reasons',
        cell: (row) =>
          row.reasons.length === 0
            ? html`<span class="soft">none given by this model</span>`
            : html`<span class="reasons">${row.reasons.join(' · ')}</span>`,
      },
    ],
  })
}
