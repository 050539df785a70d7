import type { QualityReport, SourceQuality } from '../../core/artifacts.ts'
import { eventsByDayChart } from '../charts/events-by-day.ts'
import type { Gallery } from '../figure.ts'
import { count, percent } from '../format.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent } from '../section.ts'
import { table } from '../table.ts'

/** What came in, what was rejected and what is odd about it. */
export function qualitySection(files: RunFiles, gallery: Gallery): Section {
  const { quality } = files
  return {
    id: 'data',
    title: 'Data quality',
    short: 'Data',
    body: quality ? body(quality, gallery) : absent(files, 'quality', 'Data quality'),
  }
}

function body(quality: QualityReport, gallery: Gallery): Html {
  const { events } = quality
  return html`
    <p>
      ${count(events.rows)} events of ${count(events.users)} users, ${day(events.firstEvent)} to
      ${day(events.lastEvent)}. ${rejectedWords(events)}
      ${events.afterDataEnd > 0 ? `${count(events.afterDataEnd)} events lie at or after the data end and were not used.` : null}
      ${events.daysWithoutEvents > 0 ? `${count(events.daysWithoutEvents)} days have no event.` : 'No day is without events.'}
    </p>
    ${
      quality.notes.length > 0
        ? html`<ul class="notes">
            ${quality.notes.map((note) => html`<li>${note}</li>`)}
          </ul>`
        : null
    }
    ${
      quality.eventsByDay.length > 1
        ? gallery.show({
            name: 'events',
            title: 'Events over time',
            caption: `${count(quality.eventsByDay.length)} days, days without events included.`,
            draw: (width) => eventsByDayChart(quality.eventsByDay, width),
            isWide: true,
          })
        : null
    }
    ${sourcesTable(quality)}
    <div class="pair">${eventTypesTable(quality)}${attributesTable(quality)}</div>
  `
}

const day = (text: string | null): string => text?.slice(0, 10) ?? 'no day'

function rejectedWords(events: SourceQuality): string {
  const rejected = events.rejected.reduce((sum, one) => sum + one.rows, 0)
  if (rejected === 0) return 'No row was rejected.'
  const reasons = events.rejected.map((one) => `${one.reason} ${count(one.rows)}`).join(', ')
  return `${count(rejected)} of ${count(events.rowsRead)} rows were rejected (${reasons}).`
}

function sourcesTable(quality: QualityReport): Html {
  return table({
    caption: 'Sources',
    rows: quality.sources,
    columns: [
      { head: 'source', cell: (row) => row.name },
      { head: 'rows', cell: (row) => count(row.rows), isNumber: true },
      { head: 'rejected', cell: (row) => count(row.rejected.reduce((sum, one) => sum + one.rows, 0)), isNumber: true },
      { head: 'users', cell: (row) => count(row.users), isNumber: true },
      { head: 'first', cell: (row) => day(row.firstEvent), isOneLine: true },
      { head: 'last', cell: (row) => day(row.lastEvent), isOneLine: true },
      {
        head: 'exact duplicates',
        cell: (row) => count(row.exactDuplicates),
        isNumber: true,
        note: 'Counted; dropped only when asked',
      },
      { head: 'dropped', cell: (row) => count(row.duplicatesDropped), isNumber: true },
      { head: 'amount 0', cell: (row) => count(row.zeroAmounts), isNumber: true },
      { head: 'amount below 0', cell: (row) => count(row.negativeAmounts), isNumber: true },
      { head: 'missing values', cell: (row) => nullsText(row.nullFractions) },
    ],
  })
}

function nullsText(fractions: Readonly<Record<string, number>>): string {
  const some = Object.entries(fractions).filter(([, fraction]) => fraction > 0)
  return some.length === 0 ? 'none' : some.map(([column, fraction]) => `${column} ${percent(fraction)}`).join(', ')
}

function eventTypesTable(quality: QualityReport): Html | null {
  if (quality.eventTypes.length === 0) return null
  return html`<div>
    <h3>Event types</h3>
    ${table({
      caption: 'Event types',
      rows: quality.eventTypes,
      columns: [
        { head: 'type', cell: (row) => row.eventType },
        { head: 'events', cell: (row) => count(row.events), isNumber: true },
        { head: 'users', cell: (row) => count(row.users), isNumber: true },
        { head: 'first', cell: (row) => day(row.first), isOneLine: true },
        { head: 'last', cell: (row) => day(row.last), isOneLine: true },
      ],
    })}
  </div>`
}

function attributesTable(quality: QualityReport): Html | null {
  if (quality.attributes.length === 0) return null
  return html`<div>
    <h3>Attribute tables</h3>
    ${table({
      caption: 'Attribute tables',
      rows: quality.attributes,
      columns: [
        { head: 'table', cell: (row) => row.name },
        { head: 'rows', cell: (row) => count(row.rows), isNumber: true },
        { head: 'users', cell: (row) => count(row.users), isNumber: true },
        { head: 'unmatched', cell: (row) => count(row.unmatchedUsers), isNumber: true, note: 'Users without events' },
        {
          head: 'missing',
          cell: (row) => nullsText(Object.fromEntries(row.columns.map((one) => [one.name, one.nullFraction]))),
        },
      ],
    })}
  </div>`
}
