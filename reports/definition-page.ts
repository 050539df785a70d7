import type { DefinitionLab, DefinitionSegment, ShareWithInterval } from '../core/definition-lab.ts'
import { definitionRatesChart } from './charts/definition-rates.ts'
import { returnCurveChart, segmentColor, segmentCurvesChart } from './charts/return-curve.ts'
import { documentHtml } from './document.ts'
import { createGallery, type Gallery } from './figure.ts'
import { count, decimal, missing, percent } from './format.ts'
import { type Html, html } from './html.ts'
import { facts, type Section } from './section.ts'
import { table } from './table.ts'

const segmentWords: Readonly<Record<string, string>> = {
  lifecycle_stage: 'lifecycle stage at the last active day',
  value_tier: 'what was spent until then',
  channel: 'channel of the last active day',
}

/** The definition lab as one HTML document without any request to elsewhere. The same lab and style sheet give the same bytes. */
export function renderDefinitionPage(lab: DefinitionLab, css: string): string {
  const gallery = createGallery()
  const sections = [answer(lab, gallery), rates(lab, gallery), segments(lab, gallery), method(lab)]
  return documentHtml({
    title: `${lab.experiment}: definition of churn`,
    css,
    kicker: 'Definition lab',
    heading: lab.experiment,
    lead: lead(lab),
    alarm: null,
    sections,
    footer: html`Read from the log of ${lab.dataStart} to ${lab.dataEnd} (exclusive) by ebb analyze definition.`,
  })
}

function lead({ recommended, configuredDays }: DefinitionLab): string {
  const said =
    recommended.silenceDays === null
      ? 'No length of silence can be recommended'
      : `Call a user lost after ${recommended.silenceDays} silent days`
  return configuredDays === null ? `${said}.` : `${said}; the config says ${configuredDays}.`
}

function answer(lab: DefinitionLab, gallery: Gallery): Section {
  const all = lab.segments[0]!
  const body = html`<p>${capital(lab.recommended.reason)}.</p>
    ${facts([
      ['A silence ends with', lab.events.join(', ')],
      ['Users', count(all.users)],
      ['Silences', `${count(all.silences)}, of which ${count(all.returns)} ended with a return`],
      ['Nine in ten returns come within', lab.usualReturnDays === null ? missing : `${lab.usualReturnDays} days`],
    ])}
    ${gallery.show({
      name: 'return-curve',
      title: 'Who comes back?',
      caption: `Of users who have been silent for so many days, the share who return within the next ${lab.horizonDays} days, with 95 % intervals. Dashed: ${percent(lab.threshold, 0)}.`,
      draw: (width) => returnCurveChart(lab, width),
      table: curveTable(lab, all),
      isWide: true,
    })}`
  return { id: 'answer', title: 'The answer', short: 'Answer', body }
}

function curveTable(lab: DefinitionLab, segment: DefinitionSegment): Html {
  return table({
    rows: segment.curve,
    caption: 'Chance to return by days of silence',
    columns: [
      { head: 'Silent days', cell: (point) => count(point.silenceDays), isNumber: true },
      { head: 'Silences', cell: (point) => count(point.silences), isNumber: true },
      { head: 'Still away', cell: (point) => percent(point.stillAway), isNumber: true },
      { head: `Back within ${lab.horizonDays} days`, cell: (point) => share(point.backWithinHorizon), isNumber: true },
      {
        head: `Back within ${lab.followUpDays} days`,
        cell: (point) => share(point.backWithinFollowUp),
        isNumber: true,
      },
    ],
  })
}

function share(value: ShareWithInterval | null): string {
  return value === null ? missing : `${percent(value.value)} [${percent(value.low)}, ${percent(value.high)}]`
}

function rates(lab: DefinitionLab, gallery: Gallery): Section {
  const body =
    lab.rates.length === 0
      ? html`<p class="absent">The log is too short for churn rates at three cutoffs.</p>`
      : gallery.show({
          name: 'definition-rates',
          title: 'Churn rate, were this the definition',
          caption: `Churned: completes the silence within ${lab.horizonDays} days after a cutoff. Of: users who were active within that many days before it. Dots: mean over cutoffs; bars: lowest and highest.`,
          draw: (width) => definitionRatesChart(lab, width),
          isWide: true,
          table: table({
            rows: lab.rates,
            caption: 'Churn rate by definition',
            columns: [
              { head: 'Silent days', cell: (rate) => count(rate.silenceDays), isNumber: true },
              { head: 'Cutoffs', cell: (rate) => count(rate.cutoffs), isNumber: true },
              { head: 'Churn rate', cell: (rate) => percent(rate.rate), isNumber: true },
              { head: 'Lowest', cell: (rate) => percent(rate.low), isNumber: true },
              { head: 'Highest', cell: (rate) => percent(rate.high), isNumber: true },
              { head: 'SD', cell: (rate) => percent(rate.sd), isNumber: true },
              { head: 'SD / rate', cell: (rate) => decimal(rate.variation, 2), isNumber: true },
            ],
          }),
        })
  return { id: 'rates', title: 'Churn rate by definition', short: 'Churn rate', body }
}

function segments(lab: DefinitionLab, gallery: Gallery): Section {
  const names = [...new Set(lab.segments.slice(1).map(({ segment }) => segment))]
  const body =
    names.length === 0
      ? html`<p class="absent">No segment has two levels with enough silences.</p>`
      : html`<div class="pair">${names.map((name) => segmentFigure(lab, name, gallery))}</div>`
  return { id: 'segments', title: 'Not everybody alike', short: 'Segments', body }
}

function segmentFigure(lab: DefinitionLab, name: string, gallery: Gallery): Html {
  const levels = lab.segments.filter(({ segment }) => segment === name)
  return gallery.show({
    name: `segment-${name}`,
    title: `By ${segmentWords[name] ?? name}`,
    legend: levels.map(({ level }, i) => ({ label: level, color: segmentColor(i), shape: 'line' })),
    caption: `Recommended by the same rule: ${levels
      .map(({ level, recommendedDays }) => `${level} ${recommendedDays === null ? missing : `${recommendedDays} days`}`)
      .join(', ')}.`,
    draw: (width) => segmentCurvesChart(lab, name, width),
    table: table({
      rows: levels,
      caption: `Segments by ${name}`,
      columns: [
        { head: name, cell: ({ level }) => level },
        { head: 'Users', cell: ({ users }) => count(users), isNumber: true },
        { head: 'Silences', cell: ({ silences }) => count(silences), isNumber: true },
        { head: 'Returns', cell: ({ returns }) => count(returns), isNumber: true },
        {
          head: 'Recommended',
          cell: ({ recommendedDays }) => (recommendedDays === null ? missing : `${recommendedDays} days`),
          isNumber: true,
        },
      ],
    }),
  })
}

function method(lab: DefinitionLab): Section {
  const body = html`<p>
      A silence begins on every day on which a user was active and lasts until the next such day. Silences that the end
      of the log cuts short are not counted as lost: they leave the risk set on the day on which the log ends (Kaplan
      and Meier 1958). The intervals allow for the likeness of one user's silences (Williams 1995).
    </p>
    <p>
      Recommended is the shortest silence after which the chance to return within ${lab.horizonDays} days is at most
      ${percent(lab.threshold, 0)}, its whole interval included. A shorter definition calls users lost who come back; a
      longer one finds them late.
    </p>`
  return { id: 'method', title: 'How this was worked out', short: 'Method', body }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
