import type { Leaderboard, LeaderboardEntry } from '../core/artifacts.ts'
import { formatMetric } from './format.ts'
import { renderTable } from './table.ts'
import type { TableColumn } from './table.ts'
import type { Paint } from './terminal.ts'

/**
 * The models, best first on select, with what they reach on test. `*` marks the winner, `=` what ties with the best,
 * `~` what does not beat the best baseline.
 */
export function leaderboardLines(board: Leaderboard, paint: Paint, width: number): string[] {
  const by = board.chooseBy
  const other = by === 'auc' ? 'log_loss' : 'auc'
  const columns: TableColumn[] = [
    { title: '' },
    { title: 'model', shrinkTo: 10 },
    { title: 'calibrator', shrinkTo: 8 },
    { title: `select ${by}`, align: 'right' },
    { title: `test ${by} [95 %]`, align: 'right' },
    { title: `test ${other}`, align: 'right' },
  ]
  const rows = board.models.map((entry) => [
    markOf(entry, board),
    knowsAnswers(entry) ? `${entry.model} !` : entry.model,
    entry.calibrator,
    metricOf(entry, 'select', by),
    withInterval(entry, 'test', by),
    metricOf(entry, 'test', other),
  ])
  const [head = '', ...lines] = renderTable(columns, rows, width)
  const painted = lines.map((line) => (line.startsWith('*') ? paint.bold(paint.green(line)) : line))
  return [paint.dim(head), ...painted, paint.dim(legendOf(board, rows))]
}

const knowsAnswers = ({ origin }: LeaderboardEntry): boolean => origin !== undefined && origin.hasSeenLabels !== 'no'

function markOf(entry: LeaderboardEntry, board: Leaderboard): string {
  if (entry.model === board.winner) return '*'
  if (entry.tiedWithBest) return '='
  return entry.notBetterThanBaseline && !entry.isBaseline ? '~' : ''
}

function legendOf(board: Leaderboard, rows: readonly (readonly string[])[]): string {
  const marks = new Set(rows.map((row) => row[0]))
  const said = [`* winner: ${board.winner}`]
  if (marks.has('=')) said.push('= tied with the best')
  if (marks.has('~')) said.push('~ not better than the best baseline')
  if (board.models.some(knowsAnswers)) said.push('! may know labels that it is judged on')
  return said.join('   ')
}

function metricOf(entry: LeaderboardEntry, part: 'select' | 'test', metric: string): string {
  return formatMetric(entry.metrics[part][metric]?.value ?? Number.NaN)
}

function withInterval(entry: LeaderboardEntry, part: 'test', metric: string): string {
  const found = entry.metrics[part][metric]
  if (found === undefined) return formatMetric(Number.NaN)
  return `${formatMetric(found.value)} [${formatMetric(found.low)}, ${formatMetric(found.high)}]`
}
