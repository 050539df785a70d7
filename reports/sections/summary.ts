import type { Leaderboard, LeaderboardEntry, Population } from '../../core/artifacts.ts'
import { tiersChart } from '../charts/tiers.ts'
import type { Gallery } from '../figure.ts'
import { count, decimal, percent, plural, rangeText } from '../format.ts'
import type { Html } from '../html.ts'
import { html, trusted } from '../html.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent } from '../section.ts'
import { entryOf, partInWords } from '../test-part.ts'

/** What was predicted for whom and when, how well, and what came of it: the part for someone with one minute. */
export function summarySection(files: RunFiles, gallery: Gallery): Section {
  const { population, leaderboard, scoring } = files
  const winner = leaderboard ? entryOf(leaderboard, leaderboard.winner) : undefined
  return {
    id: 'summary',
    title: 'Summary',
    body: html`
      ${population ? question(population) : absent(files, 'population', 'What was predicted for whom')}
      ${leaderboard && winner ? cards(files, leaderboard, winner) : absent(files, 'leaderboard', 'How good the models are')}
      ${leaderboard && winner ? inWords(files, leaderboard, winner) : null}
      ${scoring ? tiers(files, gallery) : absent(files, 'scoring', 'Who was scored')}
    `,
  }
}

function question(population: Population): Html {
  const { gapDays, horizonDays } = population
  const gap = gapDays === 0 ? '' : `, starting ${plural(gapDays, 'day')} after the cutoff`
  return html`<p class="question">
    <b>Who churns?</b> ${sentence(population.labelDescription)} The label <code>${population.target}</code> is decided
    over ${plural(horizonDays, 'day')}${gap}. <b>Of whom?</b> ${sentence(population.eligibility)} <b>When?</b> Scores
    stand at the start of ${population.asOf}; data end before ${population.dataEnd}.
  </p>`
}

function sentence(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') return ''
  const start = trimmed.charAt(0).toUpperCase() + trimmed.slice(1)
  return /[.!?]$/.test(start) ? start : `${start}.`
}

interface Card {
  label: string
  value: string
  note: string
}

function cards(files: RunFiles, leaderboard: Leaderboard, winner: LeaderboardEntry): Html {
  const test = files.split?.parts.find((part) => part.part === 'test')
  const metric = (name: string) => winner.metrics.test[name]
  const baseline = entryOf(leaderboard, leaderboard.bestBaseline)?.metrics.test['auc']
  const list: Card[] = [
    {
      label: 'AUC on test',
      value: decimal(metric('auc')?.value),
      note: [rangeText(metric('auc')), baseline ? `best baseline ${decimal(baseline.value)}` : '']
        .filter(Boolean)
        .join(' · '),
    },
    { label: 'Log-loss on test', value: decimal(metric('log_loss')?.value), note: rangeText(metric('log_loss')) },
    {
      label: 'Lift, riskiest tenth',
      value: `${decimal(metric('lift_10')?.value, 2)}×`,
      note: rangeText(metric('lift_10'), 2),
    },
    { label: 'Calibration error', value: percent(metric('ece')?.value), note: `ECE ${rangeText(metric('ece'))}` },
    {
      label: 'Base rate on test',
      value: percent(test?.baseRate),
      note: test ? `n = ${count(test.rows)} rows, ${plural(test.users, 'user')}` : '',
    },
    {
      label: 'Users scored',
      value: count(files.scoring?.rows),
      note: files.scoring ? `mean probability ${percent(files.scoring.meanProbability)}` : 'nothing published',
    },
  ]
  const items = list.map(
    (card) => html`<li><span>${card.label}</span><strong>${card.value}</strong><small>${card.note}</small></li>`,
  )
  return html`<ul class="cards">
    ${items}
  </ul>`
}

function inWords(files: RunFiles, leaderboard: Leaderboard, winner: LeaderboardEntry): Html {
  const auc = winner.metrics.test['auc']
  const [low, high] = [auc?.low, auc?.high].map((value) => Math.round(100 * (value ?? Number.NaN)))
  const interval = Number.isFinite(low) && low !== high ? html` (between ${low!} and ${high!})` : null
  return html`<p class="words">
    The winner is <b>${winner.model}</b>${winner.isBaseline ? ', a baseline: no model earned its place' : null}. Shown
    one user who later churned and one who stayed, it ranks the churner higher in
    <b>${Math.round(100 * (auc?.value ?? Number.NaN))} of 100</b> such pairs${interval}; a coin manages 50.
    ${versusBaseline(leaderboard, winner)}
    <span class="soft">Test: ${partInWords(files, 'test')}. 95 % intervals from resampled users.</span>
  </p>`
}

function versusBaseline(leaderboard: Leaderboard, winner: LeaderboardEntry): Html | null {
  const versus = winner.versusBaseline
  if (!versus || winner.model === leaderboard.bestBaseline) return null
  if (winner.notBetterThanBaseline)
    return html`<b class="warn">It is not shown to be better than the best baseline, ${leaderboard.bestBaseline}.</b>`
  return html`It beats the best baseline, ${leaderboard.bestBaseline}, by ${decimal(Math.abs(versus.value), 4)} in
  ${versus.metric.replaceAll('_', '-')}
  (${rangeText({ low: Math.min(Math.abs(versus.low), Math.abs(versus.high)), high: Math.max(Math.abs(versus.low), Math.abs(versus.high)) }, 4)}),
  compared on the same users.`
}

function tiers(files: RunFiles, gallery: Gallery): Html {
  const scoring = files.scoring!
  const svg = (width: number) => tiersChart(scoring.tiers, width)
  const figure = gallery.show({
    name: 'tiers',
    title: `${count(scoring.rows)} users scored as of ${scoring.asOf}, by tier`,
    caption: scoring.tiers
      .map(
        (tier) =>
          `${tier.tier}: ${count(tier.users)} users, mean probability ${percent(tier.meanProbability)}, from ${percent(tier.minProbability)}`,
      )
      .join(' · '),
    draw: svg,
    isWide: true,
  })
  const verdict = scoring.calibration.passed
    ? html`<p class="soft">Probabilities passed their check: ${scoring.calibration.message}.</p>`
    : html`<p class="alarm">
        <b>Probabilities were not published, only raw scores:</b> ${scoring.calibration.message}.
      </p>`
  return html`${figure}${verdict}${trusted('')}`
}
