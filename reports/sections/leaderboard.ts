import type { Leaderboard, LeaderboardEntry, Timings } from '../../core/artifacts.ts'
import { roleColors, roleOf } from '../charts/cast.ts'
import { intervalsChart } from '../charts/intervals.ts'
import type { Gallery } from '../figure.ts'
import { count, decimal, duration, missing, rangeText, withInterval } from '../format.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { metricWords } from '../metric-words.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent } from '../section.ts'
import { type TableColumn, table } from '../table.ts'
import { partInWords } from '../test-part.ts'

/** All models on the same rows, with intervals; the choice on select, the one look at test. */
export function leaderboardSection(files: RunFiles, gallery: Gallery): Section {
  const { leaderboard } = files
  return {
    id: 'models',
    title: 'Leaderboard',
    short: 'Models',
    body: leaderboard ? body(files, leaderboard, gallery) : absent(files, 'leaderboard', 'The leaderboard'),
  }
}

function body(files: RunFiles, leaderboard: Leaderboard, gallery: Gallery): Html {
  const words = metricWords(leaderboard.chooseBy)
  return html`
    <p>
      Models are ordered by ${words.label.toLowerCase()} on <b>select</b>, where the choice was made:
      <b>${leaderboard.winner}</b>, ${leaderboard.winnerReason}. Test was looked at once, afterwards.
    </p>
    <div class="pair">
      ${intervalFigure(files, leaderboard, gallery, leaderboard.chooseBy)}
      ${intervalFigure(files, leaderboard, gallery, leaderboard.chooseBy === 'auc' ? 'log_loss' : 'auc')}
    </div>
    <h3>On test</h3>
    ${partTable(leaderboard, 'test', files.timings)} ${originNotes(leaderboard)}
    <p class="soft">
      ${partInWords(files, 'test')}. Small print: 95 % intervals from resampled users. Times are shown, never used to
      choose.
    </p>
    <details>
      <summary>On select and train</summary>
      <h4>Select</h4>
      ${partTable(leaderboard, 'select', null)}
      <p class="soft">${partInWords(files, 'select')}.</p>
      <h4>Train (only to see overfitting)</h4>
      ${partTable(leaderboard, 'train', null)} ${outOfBagNote(leaderboard)}
    </details>
    <details>
      <summary>What the numbers mean</summary>
      ${glossary(leaderboard)}
    </details>
  `
}

/** Models that know something from before this run; first those whose figures may flatter them. */
function originNotes({ models }: Leaderboard): Html[] {
  const brought = models.flatMap(({ model, origin }) => (origin === undefined ? [] : [{ model, origin }]))
  return brought
    .toSorted((a, b) => Number(a.origin.hasSeenLabels === 'no') - Number(b.origin.hasSeenLabels === 'no'))
    .map(
      ({ model, origin }) =>
        html`<p class="${origin.hasSeenLabels === 'no' ? 'soft' : 'warn'}">${model}: ${origin.note}.</p>`,
    )
}

/** What forests say of themselves without a test part; empty where there is none. */
function outOfBagNote({ models }: Leaderboard): Html[] {
  return models.flatMap(({ model, outOfBag }) =>
    outOfBag === undefined
      ? []
      : [
          html`<p class="soft">
            ${model}, each row judged only by the trees that had not seen it (out-of-bag, ${count(outOfBag.rows)} rows):
            log-loss ${decimal(outOfBag.logLoss, 4)}, Brier ${decimal(outOfBag.brier, 4)}.
          </p>`,
        ],
  )
}

function intervalFigure(files: RunFiles, leaderboard: Leaderboard, gallery: Gallery, name: string): Html {
  const words = metricWords(name)
  const cast = { winner: leaderboard.winner, bestBaseline: leaderboard.bestBaseline }
  const rows = leaderboard.models.flatMap((entry) => {
    const interval = entry.metrics.test[name]
    return interval ? [{ label: entry.model, ...interval, color: roleColors[roleOf(entry.model, cast)] }] : []
  })
  if (rows.length === 0) return html``
  return gallery.show({
    name: `leaderboard-${name}`,
    title: `${words.label} on test`,
    caption: `${words.meaning} ${partInWords(files, 'test')}.`,
    draw: (width) =>
      intervalsChart({
        title: `${words.label} on test by model`,
        axis: words.label,
        rows,
        digits: words.digits,
        width,
      }),
  })
}

type PartName = 'train' | 'select' | 'test'

function partTable(leaderboard: Leaderboard, part: PartName, timings: Timings | null): Html {
  const names = [...new Set(leaderboard.models.flatMap((entry) => Object.keys(entry.metrics[part] ?? {})))]
  const metricColumns = names.map((name): TableColumn<LeaderboardEntry> => {
    const words = metricWords(name)
    return {
      head: words.label,
      cell: (entry) => withInterval(entry.metrics[part][name], words.digits),
      isNumber: true,
      note: words.meaning,
    }
  })
  const onTest: TableColumn<LeaderboardEntry>[] =
    part === 'test'
      ? [
          {
            head: 'against best baseline',
            cell: versus,
            isNumber: true,
            note: 'Paired difference on the same resamples',
          },
        ]
      : []
  return table({
    caption: `Metrics on ${part}`,
    rows: leaderboard.models,
    keepsFirst: true,
    rowClass: (entry) => (entry.model === leaderboard.winner ? 'winner' : ''),
    columns: [
      { head: 'model', cell: (entry) => nameCell(entry, leaderboard) },
      ...metricColumns,
      ...onTest,
      ...(part === 'test' ? recipeColumns(timings) : []),
    ],
  })
}

function recipeColumns(timings: Timings | null): TableColumn<LeaderboardEntry>[] {
  const timeOf = (model: string) => timings?.models.find((one) => one.model === model)
  return [
    { head: 'threshold', cell: (entry) => decimal(entry.threshold), isNumber: true, note: 'Chosen on select' },
    { head: 'calibrator', cell: (entry) => entry.calibrator },
    { head: 'fit', cell: (entry) => duration(timeOf(entry.model)?.fitMs), isNumber: true },
    { head: 'predict', cell: (entry) => duration(timeOf(entry.model)?.predictMs), isNumber: true },
  ]
}

function nameCell(entry: LeaderboardEntry, leaderboard: Leaderboard): Html {
  const badges = [
    entry.model === leaderboard.winner ? html`<mark class="good">winner</mark>` : null,
    entry.isBaseline ? html`<mark>baseline</mark>` : null,
    entry.tiedWithBest && entry.model !== leaderboard.winner
      ? html`<mark title="Within one paired standard error of the best on select">tie</mark>`
      : null,
    entry.origin !== undefined && entry.origin.hasSeenLabels !== 'no'
      ? html`<mark class="bad" title="${entry.origin.note}">may know the answers</mark>`
      : null,
    entry.notBetterThanBaseline && !entry.isBaseline
      ? html`<mark class="bad" title="The interval does not show it better than the best baseline"
          >not above baseline</mark
        >`
      : null,
  ]
  return html`<b>${entry.model}</b> <small>${entry.kind === entry.model ? null : entry.kind}</small
    ><span class="badges">${badges}</span>`
}

function versus(entry: LeaderboardEntry): Html | string {
  if (!entry.versusBaseline) return missing
  const { value, metric } = entry.versusBaseline
  const sign = value > 0 ? '+' : ''
  return html`<span class="value">${sign}${decimal(value, 4)}</span>
    <small class="range">${rangeText(entry.versusBaseline, 4)} ${metricWords(metric).label}</small>`
}

function glossary(leaderboard: Leaderboard): Html {
  const names = [...new Set(leaderboard.models.flatMap((entry) => Object.keys(entry.metrics.test)))]
  const items = names.map(
    (name) =>
      html`<div>
        <dt>${metricWords(name).label}</dt>
        <dd>${metricWords(name).meaning}</dd>
      </div>`,
  )
  return html`<dl class="facts">${items}</dl>`
}
