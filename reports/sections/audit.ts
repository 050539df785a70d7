import type { AuditCheck, AuditReport, RandomSplitReport } from '../../core/audit-artifacts.ts'
import { intervalsChart } from '../charts/intervals.ts'
import type { Gallery } from '../figure.ts'
import { count, decimal, plural } from '../format.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent } from '../section.ts'
import { table } from '../table.ts'

/** Whether anything knew more than it may. */
export function auditSection(files: RunFiles, gallery: Gallery): Section {
  const { audit } = files
  return {
    id: 'audit',
    title: 'Leakage audit',
    short: 'Audit',
    body: audit ? body(audit, gallery) : absent(files, 'audit', 'The leakage audit'),
  }
}

function body(audit: AuditReport, gallery: Gallery): Html {
  const bad = audit.checks.filter(({ status }) => status === 'failed' || status === 'warned')
  const open = audit.checks.filter(({ status }) => status === 'not_checked')
  const { truncation } = audit
  return html`
    <p>
      ${
        bad.length === 0
          ? html`<mark class="good">clean</mark> Nothing was found that knows more than it may.`
          : html`<b class="warn">${plural(bad.length, 'finding')}</b>.`
      }
      For ${plural(truncation.rows, 'example')} at ${plural(truncation.cutoffs.length, 'cutoff')} everything from the
      visible end on was deleted (${plural(truncation.deletedEvents, 'event')}) and every feature was made again:
      ${
        truncation.differing.length + truncation.lostRows === 0
          ? html`all ${count(truncation.values)} values are the same bits.`
          : html`<b class="warn"
              >${plural(new Set(truncation.differing.map(({ feature }) => feature)).size, 'feature')} changed.</b
            >`
      }
      ${open.length === 0 ? null : html`${plural(open.length, 'question')} these data cannot answer.`}
    </p>
    ${checkTable(audit.checks)} ${audit.randomSplit ? randomSplit(audit.randomSplit) : null}
    ${strongest(audit, gallery)}
  `
}

function checkTable(checks: readonly AuditCheck[]): Html {
  const order = ['failed', 'warned', 'passed', 'not_checked']
  const rows = [...checks].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status))
  return table({
    caption: 'What the audit looked for',
    rows,
    stacksOnPhone: true,
    columns: [
      { head: 'looked for', cell: (row) => html`${mark(row.status)} ${row.looksFor}` },
      { head: 'found', cell: (row) => row.observed },
      { head: 'what it means', cell: (row) => row.message },
    ],
  })
}

function mark(status: AuditCheck['status']): Html {
  if (status === 'passed') return html`<mark class="good">passed</mark>`
  if (status === 'failed') return html`<mark class="bad">failed</mark>`
  return status === 'warned' ? html`<mark class="warn">warning</mark>` : html`<mark>not checked</mark>`
}

function randomSplit({ model, outOfTime, random, difference }: RandomSplitReport): Html {
  const rows = [
    { name: 'a random split of users, times mixed', ...random },
    { name: 'in time, as in the leaderboard', ...outOfTime },
  ]
  const auc = difference.auc
  return html`<h3>What a random split would have said</h3>
    <p class="soft">
      ${model}, fitted once more on a random four fifths of the users of train and test and judged on the others, before
      calibration. The difference of
      <b>${auc > 0 ? '+' : ''}${decimal(auc)}</b> in AUC and
      <b>${difference.logLoss > 0 ? '+' : ''}${decimal(difference.logLoss)}</b> in log-loss is what that split would
      have got wrong: it knows the test days, and mixes them with easier or harder ones.
    </p>
    ${table({
      caption: 'Random split beside the split in time',
      rows,
      columns: [
        { head: 'judged by', cell: (row) => row.name },
        { head: 'AUC', cell: (row) => decimal(row.auc), isNumber: true },
        { head: 'log-loss', cell: (row) => decimal(row.logLoss, 4), isNumber: true },
        { head: 'rows of train', cell: (row) => count(row.trainRows), isNumber: true },
        { head: 'rows of test', cell: (row) => count(row.testRows), isNumber: true },
      ],
    })}`
}

function strongest({ strongest: rows }: AuditReport, gallery: Gallery): Html | null {
  const known = rows.filter(({ value }) => Number.isFinite(value))
  if (known.length === 0) return null
  return gallery.show({
    name: 'one-feature-auc',
    title: 'What one feature tells alone',
    caption:
      'AUC on train of each feature by itself, in its better direction, with 95 % intervals over users; the strongest ten. Above 0.95 one looks twice, above 0.999 the run stops.',
    draw: (width) =>
      intervalsChart({
        title: 'One-feature AUC',
        axis: 'AUC on train',
        rows: known.map(({ feature, ...interval }) => ({ label: feature, ...interval, color: 'var(--blue)' })),
        digits: 3,
        width,
      }),
    isWide: true,
  })
}
