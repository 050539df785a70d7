import type { Population, SplitReport } from '../../core/artifacts.ts'
import { partColor } from '../charts/part-colors.ts'
import { churnRateChart } from '../charts/churn-rate.ts'
import { type WindowLane, windowsChart } from '../charts/windows.ts'
import type { Gallery, LegendEntry } from '../figure.ts'
import { count, percent, plural } from '../format.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent } from '../section.ts'
import { table } from '../table.ts'

/** Time windows, split and churn rate by cutoff: why the numbers of this report can be believed. */
export function windowsSection(files: RunFiles, gallery: Gallery): Section {
  const { population, split } = files
  return {
    id: 'time',
    title: 'Time, split and churn rate',
    short: 'Split',
    body: html`
      ${split ? html`<p>${split.explanation}</p>` : absent(files, 'split', 'The split')}
      ${population && split ? windows(files, population, split, gallery) : null} ${split ? splitTable(split) : null}
      ${population ? churnRate(population, gallery) : absent(files, 'population', 'The churn rate by cutoff')}
    `,
  }
}

function windows(files: RunFiles, population: Population, split: SplitReport, gallery: Gallery): Html {
  const lanes = [
    ...lanesOf(split),
    ...(files.scoring ? [{ label: 'score', part: 'score', cutoffs: [files.scoring.asOf] }] : []),
  ].filter((lane) => lane.cutoffs.length > 0)
  const { gapDays, horizonDays, dataEnd } = population
  const dataStart = files.quality?.events.firstEvent ?? null
  return gallery.show({
    name: 'windows',
    title: 'What was known when, and what was asked',
    caption: html`A tick is a cutoff: features see only what lies before it (the thin line). The bar is the prediction
    window, ${plural(horizonDays, 'day')} long${gapDays > 0 ? `, ${plural(gapDays, 'day')} after the cutoff` : null}; no
    bar of an earlier part reaches past the first tick of a later one.`,
    draw: (width) => windowsChart({ lanes, gapDays, horizonDays, dataEnd, dataStart }, width),
    isWide: true,
  })
}

function lanesOf(split: SplitReport): WindowLane[] {
  if (split.mode === 'cutoffs') return split.parts.map(({ part, cutoffs }) => ({ label: part, part, cutoffs }))
  const cutoffsOf = (name: string) => split.parts.find((part) => part.part === name)?.cutoffs ?? []
  return [
    { label: 'train (folds)', part: 'train', cutoffs: cutoffsOf('train') },
    { label: 'test', part: 'test', cutoffs: cutoffsOf('test') },
  ]
}

function splitTable(split: SplitReport): Html {
  const parts = table({
    caption: 'Parts of the split',
    rows: split.parts,
    columns: [
      { head: 'part', cell: (row) => row.part },
      { head: 'cutoffs', cell: (row) => cutoffsText(row.cutoffs) },
      { head: 'rows', cell: (row) => count(row.rows), isNumber: true },
      { head: 'users', cell: (row) => count(row.users), isNumber: true },
      { head: 'base rate', cell: (row) => percent(row.baseRate), isNumber: true },
    ],
  })
  if (split.purged.length === 0) return parts
  const items = split.purged.map((one) => html`<li>${one.cutoff}: ${one.reason}</li>`)
  return html`${parts}
    <details>
      <summary>${plural(split.purged.length, 'cutoff')} purged</summary>
      <ul>
        ${items}
      </ul>
    </details>`
}

function cutoffsText(cutoffs: readonly string[]): string {
  if (cutoffs.length <= 2) return cutoffs.join(', ')
  return `${cutoffs.length}, ${cutoffs[0]} to ${cutoffs.at(-1)}`
}

function churnRate(population: Population, gallery: Gallery): Html {
  const { cutoffs, droppedCutoffs } = population
  const parts = [...new Set(cutoffs.map((one) => one.part))]
  const legend: LegendEntry[] = parts.map((part) => ({
    label: part.replaceAll('+', ', '),
    color: partColor(part),
    shape: 'box',
  }))
  const figure = gallery.show({
    name: 'churn-rate',
    title: 'Churn rate by cutoff',
    caption:
      'Churned share of the eligible users of each cutoff. A jump is more often a change in the data than in the customers.',
    draw: (width) => churnRateChart(cutoffs, width),
    isWide: true,
    legend,
    table: populationTable(cutoffs),
  })
  if (droppedCutoffs.length === 0) return figure
  const items = droppedCutoffs.map((one) => html`<li>${one.cutoff}: ${one.reason} (${plural(one.users, 'user')})</li>`)
  return html`${figure}
    <details>
      <summary>${plural(droppedCutoffs.length, 'cutoff')} without labels, not used</summary>
      <ul>
        ${items}
      </ul>
    </details>`
}

function populationTable(cutoffs: Population['cutoffs']): Html {
  return table({
    caption: 'Population by cutoff',
    rows: cutoffs,
    columns: [
      { head: 'cutoff', cell: (row) => row.cutoff, isOneLine: true },
      { head: 'part', cell: (row) => row.part.replaceAll('+', ', ') },
      { head: 'users', cell: (row) => count(row.users), isNumber: true },
      { head: 'eligible', cell: (row) => count(row.eligible), isNumber: true },
      { head: 'already churned', cell: (row) => count(row.alreadyChurned), isNumber: true },
      { head: 'churned in gap', cell: (row) => count(row.churnedInGap), isNumber: true },
      { head: 'churned', cell: (row) => count(row.churned), isNumber: true },
      { head: 'active', cell: (row) => count(row.activeChurned), isNumber: true, note: 'The user said so' },
      { head: 'passive', cell: (row) => count(row.passiveChurned), isNumber: true, note: 'The user fell silent' },
      { head: 'churn rate', cell: (row) => percent(row.churnRate), isNumber: true },
    ],
  })
}
