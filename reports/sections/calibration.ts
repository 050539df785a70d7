import type { CurveFiles, Leaderboard, LeaderboardEntry } from '../../core/artifacts.ts'
import { calibrationChart } from '../charts/calibration.ts'
import { publishedScoresChart, testScoresChart } from '../charts/scores.ts'
import type { Gallery } from '../figure.ts'
import { count, percent, withInterval } from '../format.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { metricWords } from '../metric-words.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent, facts } from '../section.ts'
import { table } from '../table.ts'
import { entryOf } from '../test-part.ts'

/** Whether 30 % means 30 %, and how the probabilities are spread. */
export function calibrationSection(files: RunFiles, gallery: Gallery): Section {
  const { calibration, leaderboard, scores } = files
  const curve = calibration?.find((one) => one.model === leaderboard?.winner) ?? calibration?.[0]
  return {
    id: 'calibration',
    title: 'Calibration and scores',
    short: 'Calibration',
    body: html`
      <div class="pair">
        ${curve ? calibrationFigure(curve, gallery) : absent(files, 'calibration', 'Calibration')}
        ${leaderboard ? calibrationFacts(files, leaderboard) : null}
        ${scores ? testScores(scores, gallery) : absent(files, 'scores', 'The distribution of scores')}
        ${scores ? publishedScores(scores, gallery) : null}
      </div>
    `,
  }
}

function calibrationFigure({ model, bins }: CurveFiles['calibration'][number], gallery: Gallery): Html {
  return gallery.show({
    name: 'calibration',
    title: 'Where it says 30 %, do 30 % churn?',
    caption: `${model} on test, ten bins of equal size with 95 % intervals; on the dotted line said and seen agree.`,
    draw: (width) => calibrationChart(model, bins, width),
    table: table({
      caption: `Calibration of ${model}`,
      rows: bins,
      columns: [
        { head: 'predicted', cell: (row) => percent(row.meanPredicted), isNumber: true },
        { head: 'observed', cell: (row) => percent(row.observed), isNumber: true },
        { head: '95 % interval', cell: (row) => `${percent(row.low)} to ${percent(row.high)}`, isNumber: true },
        { head: 'rows', cell: (row) => count(row.rows), isNumber: true },
      ],
    }),
  })
}

function calibrationFacts(files: RunFiles, leaderboard: Leaderboard): Html | null {
  const winner = entryOf(leaderboard, leaderboard.winner)
  if (!winner) return null
  const rows = ['ece', 'calibration_slope', 'calibration_intercept', 'brier', 'log_loss'].filter(
    (name) => winner.metrics.test[name],
  )
  const list = rows.map((name) => {
    const words = metricWords(name)
    return [
      words.label,
      html`${withInterval(winner.metrics.test[name], words.digits)}<br /><small>${words.meaning}</small>`,
    ] as const
  })
  return html`<div class="aside">
    <h3>In numbers</h3>
    <p>${calibratorWords(winner)} ${files.scoring ? `On test: ${files.scoring.calibration.message}.` : null}</p>
    ${facts(list)}
  </div>`
}

function testScores(scores: CurveFiles['scores'], gallery: Gallery): Html {
  return gallery.show({
    name: 'scores-test',
    title: 'Probabilities on test, by what happened',
    caption: 'The better the model, the farther the two hills stand apart.',
    draw: (width) => testScoresChart(scores.bins, width),
    legend: [
      { label: 'churned', color: 'var(--orange)', shape: 'box' },
      { label: 'stayed', color: 'var(--teal)', shape: 'box' },
    ],
    table: scoresTable(scores),
  })
}

function publishedScores(scores: CurveFiles['scores'], gallery: Gallery): Html | null {
  if (scores.bins.every((bin) => bin.published === 0)) return null
  return gallery.show({
    name: 'scores',
    title: 'Published probabilities',
    caption: 'All users of this run, by probability of churn.',
    draw: (width) => publishedScoresChart(scores.bins, width),
    table: scoresTable(scores),
  })
}

function scoresTable(scores: CurveFiles['scores']): Html {
  return table({
    caption: 'Users by probability',
    rows: scores.bins.filter((bin) => bin.published + bin.testChurned + bin.testStayed > 0),
    columns: [
      { head: 'from', cell: (bin) => percent(bin.from), isNumber: true },
      { head: 'to', cell: (bin) => percent(bin.to), isNumber: true },
      { head: 'published', cell: (bin) => count(bin.published), isNumber: true },
      { head: 'test, churned', cell: (bin) => count(bin.testChurned), isNumber: true },
      { head: 'test, stayed', cell: (bin) => count(bin.testStayed), isNumber: true },
    ],
  })
}

function calibratorWords({ model, calibrator }: LeaderboardEntry): Html {
  return calibrator === 'none'
    ? html`${model} speaks for itself: on rows that it had not seen, no calibrator did better than none.`
    : html`${model}, calibrated by <b>${calibrator}</b> on rows that it had not seen.`
}
