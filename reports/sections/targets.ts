import type { TargetSummary } from '../../core/artifacts.ts'
import { count, decimal, percent } from '../format.ts'
import { html } from '../html.ts'
import type { RunFiles } from '../run-files.ts'
import type { Section } from '../section.ts'
import { table } from '../table.ts'

/** Every target and horizon of the run side by side; nothing where there is one only. */
export function targetsSection({ targets }: RunFiles): Section[] {
  if (targets === null) return []
  return [
    {
      id: 'targets',
      title: 'Targets and horizons',
      short: 'Targets',
      body: html`
        <p>
          ${targets.length} predictions from the same features; this page tells of the first. Of each other,
          leaderboard, metrics, audit, importance, predictions and model are in its folder.
        </p>
        ${table({
          caption: 'Targets and horizons',
          rows: targets,
          columns: [
            { head: 'target', cell: (row) => html`<b>${row.target}</b>, ${row.horizonDays} days` },
            { head: 'means', cell: (row) => row.labelDescription },
            { head: 'winner', cell: (row) => row.winner },
            { head: 'base rate', isNumber: true, cell: (row) => percent(row.baseRate) },
            { head: 'AUC on test', isNumber: true, cell: (row) => interval(row, 'auc') },
            { head: 'log-loss', isNumber: true, cell: (row) => interval(row, 'log_loss') },
            { head: 'strongest features', cell: (row) => row.strongest.join(', ') },
            { head: 'test rows', isNumber: true, cell: (row) => count(row.testRows) },
            { head: 'scored', isNumber: true, cell: (row) => count(row.scored) },
            { head: 'mean', isNumber: true, cell: (row) => percent(row.meanProbability) },
            {
              head: 'probabilities',
              cell: (row) => (row.calibrated ? 'passed their check' : html`<b class="warn">none</b>`),
            },
            { head: 'files', cell: (row) => (row.folder === '' ? 'this page' : html`<code>${row.folder}</code>`) },
          ],
        })}
      `,
    },
  ]
}

function interval({ metrics }: TargetSummary, name: string): string {
  const metric = metrics[name]
  return metric === undefined ? '' : `${decimal(metric.value)} (${decimal(metric.low)} to ${decimal(metric.high)})`
}
