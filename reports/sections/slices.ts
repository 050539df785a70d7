import type { SliceReport } from '../../core/artifacts.ts'
import { intervalsChart } from '../charts/intervals.ts'
import type { Gallery } from '../figure.ts'
import { count, percent, withInterval } from '../format.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { metricWords } from '../metric-words.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent } from '../section.ts'
import { table } from '../table.ts'
import { entryOf } from '../test-part.ts'

/** Few enough to be read side by side; slices.json holds all. */
const shown = ['auc', 'log_loss', 'ece', 'lift_10']

/** Whether the winner is as good for every kind of user. */
export function slicesSection(files: RunFiles, gallery: Gallery): Section {
  const { slices } = files
  return {
    id: 'slices',
    title: 'Where it works and where it does not',
    short: 'Slices',
    body: slices && slices.slices.length > 0 ? body(files, slices, gallery) : absent(files, 'slices', 'Slices'),
  }
}

function body(files: RunFiles, report: SliceReport, gallery: Gallery): Html {
  const overall = files.leaderboard ? entryOf(files.leaderboard, report.model)?.metrics.test['auc']?.value : undefined
  const rows = report.slices.flatMap((slice) => {
    const interval = slice.metrics['auc']
    return interval && Number.isFinite(interval.value)
      ? [{ label: `${words(slice.slice)}: ${slice.value}`, ...interval, color: 'var(--blue)' }]
      : []
  })
  return html`
    ${
      rows.length > 0
        ? gallery.show({
            name: 'slices',
            title: `AUC of ${report.model} by slice`,
            caption:
              'On test, with 95 % intervals; the dotted line is all rows. Inside a slice ranking is harder wherever the slice itself already tells much.',
            draw: (width) =>
              intervalsChart({ title: 'AUC by slice', axis: 'AUC', rows, digits: 3, width, reference: overall }),
            isWide: true,
          })
        : null
    }
    ${sliceTable(report)}
  `
}

const words = (name: string): string => name.replaceAll('_', ' ')

function sliceTable(report: SliceReport): Html {
  const metrics = shown.filter((name) => report.slices.some((slice) => slice.metrics[name]))
  return table({
    caption: `Slices of test, ${report.model}`,
    rows: report.slices,
    keepsFirst: true,
    columns: [
      { head: 'slice', cell: (row) => html`${words(row.slice)}: <b>${row.value}</b>`, isOneLine: true },
      { head: 'rows', cell: (row) => count(row.rows), isNumber: true },
      { head: 'users', cell: (row) => count(row.users), isNumber: true },
      { head: 'base rate', cell: (row) => percent(row.baseRate), isNumber: true },
      ...metrics.map((name) => ({
        head: metricWords(name).label,
        cell: (row: SliceReport['slices'][number]) => withInterval(row.metrics[name], metricWords(name).digits),
        isNumber: true,
        note: metricWords(name).meaning,
      })),
    ],
  })
}
