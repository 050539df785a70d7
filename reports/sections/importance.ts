import type { CatalogEntry, ImportanceRow } from '../../core/artifacts.ts'
import { intervalsChart } from '../charts/intervals.ts'
import type { Gallery } from '../figure.ts'
import { count, decimal, percent, rangeText } from '../format.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent } from '../section.ts'
import { type TableColumn, table } from '../table.ts'

const shownInChart = 15
const shownAtOnce = 10
const shownInTable = 60

/** What the models look at: permutation importance, gain, coefficients with their units. */
export function importanceSection(files: RunFiles, gallery: Gallery): Section {
  const { importance } = files
  return {
    id: 'importance',
    title: 'What drives the predictions',
    short: 'Drivers',
    body:
      importance && importance.length > 0
        ? body(files, importance, gallery)
        : absent(files, 'importance', 'Importance'),
  }
}

function body(files: RunFiles, importance: readonly ImportanceRow[], gallery: Gallery): Html {
  const winner = files.leaderboard?.winner ?? importance[0]!.model
  const about = new Map(files.catalog?.map((entry) => [entry.name, entry]) ?? [])
  const rowsOf = (model: string, method: ImportanceRow['method']) =>
    importance.filter((row) => row.model === model && row.method === method).sort((a, b) => a.rank - b.rank)
  const permutation = rowsOf(winner, 'permutation')
  const linear = [winner, ...new Set(importance.map((row) => row.model))].find(
    (model) => rowsOf(model, 'coefficient').length > 0,
  )
  const boosted = [winner, ...new Set(importance.map((row) => row.model))].find(
    (model) => rowsOf(model, 'gain').length > 0,
  )
  return html`
    ${permutation.length > 0 ? permutationFigure(winner, permutation, about, gallery) : html`<p class="absent">${winner} has no permutation importance in this run.</p>`}
    ${linear ? coefficients(linear, rowsOf(linear, 'coefficient')) : null}
    ${boosted ? gain(boosted, rowsOf(boosted, 'gain'), about) : null} ${catalogDetails(files.catalog)}
  `
}

type Catalog = ReadonlyMap<string, CatalogEntry>

function permutationFigure(model: string, rows: readonly ImportanceRow[], about: Catalog, gallery: Gallery): Html {
  const top = rows.slice(0, shownInChart)
  const bars = top.map((row) => ({
    label: row.feature,
    value: row.value,
    low: row.low ?? Number.NaN,
    high: row.high ?? Number.NaN,
    color: 'var(--blue)',
  }))
  return gallery.show({
    name: 'importance',
    title: `What ${model} would miss most`,
    caption: `Rise of log-loss on test when one feature's values are shuffled among the rows, the ${top.length} largest of ${count(rows.length)}. Features that say the same share their importance.`,
    draw: (width) =>
      intervalsChart({
        title: `Permutation importance of ${model}`,
        axis: 'rise of log-loss',
        rows: bars,
        digits: 4,
        width,
        fromZero: true,
      }),
    isWide: true,
    table: table({
      caption: `Permutation importance of ${model}`,
      rows: rows.slice(0, shownInTable),
      columns: [
        { head: 'feature', cell: (row) => row.feature },
        descriptionColumn(about),
        { head: 'rise of log-loss', cell: (row) => decimal(row.value, 5), isNumber: true },
        {
          head: '95 % interval',
          cell: (row) => (row.low === null || row.high === null ? '' : rangeText({ low: row.low, high: row.high }, 5)),
          isNumber: true,
        },
      ],
    }),
  })
}

function descriptionColumn(about: Catalog): TableColumn<ImportanceRow> {
  return { head: 'what it is', cell: (row) => about.get(row.feature)?.description ?? '' }
}

/** The first rows in sight, the others folded away. */
function folded(rows: readonly ImportanceRow[], draw: (rows: readonly ImportanceRow[]) => Html): Html {
  const rest = rows.slice(shownAtOnce, shownInTable)
  return html`${draw(rows.slice(0, shownAtOnce))}
  ${
    rest.length > 0
      ? html`<details>
          <summary>${count(rest.length)} more</summary>
          ${draw(rest)}
        </details>`
      : null
  }`
}

function coefficients(model: string, rows: readonly ImportanceRow[]): Html {
  const draw = (some: readonly ImportanceRow[]) =>
    table({
      caption: `Coefficients of ${model}`,
      rows: some,
      columns: [
        { head: 'feature', cell: (row) => row.feature },
        { head: 'log-odds', cell: (row) => signed(row.value), isNumber: true },
        { head: 'odds of churn', cell: (row) => `× ${decimal(Math.exp(row.value), 2)}`, isNumber: true },
        { head: 'for a step of', cell: (row) => row.per ?? '' },
      ],
    })
  return html`<h3>Coefficients of ${model}</h3>
    <p class="soft">
      What one step of a feature does to the odds of churn, all others held still; above 1 pushes towards churn.
    </p>
    ${folded(rows, draw)}`
}

const signed = (value: number): string => (value > 0 ? `+${decimal(value)}` : decimal(value))

function gain(model: string, rows: readonly ImportanceRow[], about: Catalog): Html {
  const draw = (some: readonly ImportanceRow[]) =>
    table({
      caption: `Gain of ${model}`,
      rows: some,
      columns: [
        { head: 'feature', cell: (row) => row.feature },
        { head: 'share of gain', cell: (row) => percent(row.value), isNumber: true },
        descriptionColumn(about),
      ],
      stacksOnPhone: true,
    })
  return html`<h3>Gain of ${model}</h3>
    <p class="soft">Share of all split gain: what the trees used, not in which direction.</p>
    ${folded(rows, draw)}`
}

function catalogDetails(catalog: readonly CatalogEntry[] | null): Html | null {
  if (!catalog || catalog.length === 0) return null
  const used = catalog.filter((entry) => entry.inUse).length
  return html`<details>
    <summary>Catalogue: ${count(used)} features in use, ${count(catalog.length - used)} not</summary>
    ${table({
      caption: 'Features',
      rows: catalog,
      columns: [
        { head: 'feature', cell: (entry) => entry.name },
        { head: 'what it is', cell: (entry) => entry.description },
        { head: 'family', cell: (entry) => entry.family },
        { head: 'unit', cell: (entry) => entry.unit },
        { head: 'coverage', cell: (entry) => percent(entry.coverage), isNumber: true },
        { head: 'in use', cell: (entry) => (entry.inUse ? 'yes' : `no: ${entry.reason ?? ''}`) },
      ],
    })}
  </details>`
}
