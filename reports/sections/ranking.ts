import type { CurveFiles, Leaderboard } from '../../core/artifacts.ts'
import { type Cast, castLegend } from '../charts/cast.ts'
import { cumulativeGainsChart } from '../charts/cumulative-gains.ts'
import { gainsChart } from '../charts/gains.ts'
import { prChart } from '../charts/pr.ts'
import { rocChart } from '../charts/roc.ts'
import type { Gallery } from '../figure.ts'
import { count, decimal, percent } from '../format.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent } from '../section.ts'
import { table } from '../table.ts'
import { partInWords } from '../test-part.ts'

/** How well users are put in order: ROC, precision and recall, gains. */
export function rankingSection(files: RunFiles, gallery: Gallery): Section {
  const { leaderboard, roc, pr, gains } = files
  const cast: Cast = { winner: leaderboard?.winner ?? '', bestBaseline: leaderboard?.bestBaseline ?? '' }
  return {
    id: 'ranking',
    title: 'Ranking',
    body: html`
      <p class="soft">All on test: ${partInWords(files, 'test')}.</p>
      <div class="pair">
        ${gains && leaderboard ? gainsFigure(gains, leaderboard, gallery) : absent(files, 'gains', 'Gains')}
        ${gains && leaderboard ? cumulativeFigure(gains, cast, gallery) : null}
        ${roc ? rocFigure(roc, leaderboard, cast, gallery) : absent(files, 'roc', 'The ROC curve')}
        ${pr ? prFigure(pr, leaderboard, cast, gallery) : absent(files, 'pr', 'The precision-recall curve')}
      </div>
    `,
  }
}

function rocFigure(roc: CurveFiles['roc'], leaderboard: Leaderboard | null, cast: Cast, gallery: Gallery): Html {
  const models = roc.map((curve) => curve.model)
  return gallery.show({
    name: 'roc',
    title: 'ROC curve',
    caption: 'Churners found against stayers contacted on the way; the dotted diagonal is a coin.',
    draw: (width) => rocChart(roc, cast, width),
    legend: castLegend(models, cast),
    table: metricTable(models, leaderboard, 'auc'),
  })
}

function prFigure(pr: CurveFiles['pr'], leaderboard: Leaderboard | null, cast: Cast, gallery: Gallery): Html {
  const models = pr.map((curve) => curve.model)
  return gallery.show({
    name: 'pr',
    title: 'Precision and recall',
    caption: `Of those contacted, how many would churn; contacting at random gives the base rate, ${percent(pr[0]?.baseRate)}. Drawn from 1 % of the churners on.`,
    draw: (width) => prChart(pr, cast, width),
    legend: castLegend(models, cast),
    table: metricTable(models, leaderboard, 'average_precision'),
  })
}

function metricTable(models: readonly string[], leaderboard: Leaderboard | null, metric: string): Html {
  const intervalOf = (model: string) => leaderboard?.models.find((entry) => entry.model === model)?.metrics.test[metric]
  return table({
    caption: metric === 'auc' ? 'Area under the curve' : 'Average precision',
    rows: models,
    columns: [
      { head: 'model', cell: (model) => model },
      { head: 'value', cell: (model) => decimal(intervalOf(model)?.value), isNumber: true },
      { head: 'low', cell: (model) => decimal(intervalOf(model)?.low), isNumber: true },
      { head: 'high', cell: (model) => decimal(intervalOf(model)?.high), isNumber: true },
    ],
  })
}

function gainsFigure(gains: CurveFiles['gains'], leaderboard: Leaderboard, gallery: Gallery): Html | null {
  const winner = gains.find((one) => one.model === leaderboard.winner)
  if (!winner) return null
  const { deciles, model } = winner
  return gallery.show({
    name: 'gains',
    title: 'Churn rate by tenth of the ranking',
    caption: html`${model}: the number over a bar is its lift, the churn rate in multiples of the base rate (dashed).`,
    draw: (width) => gainsChart(model, deciles, width),
    table: table({
      caption: `Gains of ${model}`,
      rows: deciles,
      columns: [
        { head: 'tenth', cell: (row) => String(row.decile) },
        { head: 'rows', cell: (row) => count(row.rows), isNumber: true },
        { head: 'churned', cell: (row) => count(row.churned), isNumber: true },
        { head: 'churn rate', cell: (row) => percent(row.churnRate), isNumber: true },
        { head: 'lift', cell: (row) => decimal(row.lift, 2), isNumber: true },
        { head: 'churners found so far', cell: (row) => percent(row.cumulativeShare), isNumber: true },
      ],
    }),
  })
}

function cumulativeFigure(gains: CurveFiles['gains'], cast: Cast, gallery: Gallery): Html {
  const shares = [1, 3, 5]
  return gallery.show({
    name: 'cumulative-gains',
    title: 'Churners found by share of users contacted',
    caption: 'Contact the riskiest share of users (across) and this share of all later churners is among them (up).',
    draw: (width) => cumulativeGainsChart(gains, cast, width),
    legend: castLegend(
      gains.map((one) => one.model),
      cast,
    ),
    table: table({
      caption: 'Churners found',
      rows: gains,
      columns: [
        { head: 'model', cell: (row) => row.model },
        ...shares.map((share) => ({
          head: `riskiest ${share}0 %`,
          cell: (row: CurveFiles['gains'][number]) => percent(row.deciles[share - 1]?.cumulativeShare),
          isNumber: true,
        })),
      ],
    }),
  })
}
