import { documentHtml } from './document.ts'
import { type Gallery, createGallery } from './figure.ts'
import { decimal, percent } from './format.ts'
import { html } from './html.ts'
import type { RunFiles } from './run-files.ts'
import type { Section } from './section.ts'
import { atRiskSection } from './sections/at-risk.ts'
import { auditSection } from './sections/audit.ts'
import { calibrationSection } from './sections/calibration.ts'
import { checksSection } from './sections/checks.ts'
import { importanceSection } from './sections/importance.ts'
import { leaderboardSection } from './sections/leaderboard.ts'
import { qualitySection } from './sections/quality.ts'
import { rankingSection } from './sections/ranking.ts'
import { runFactsSection } from './sections/run-facts.ts'
import { shippedSection } from './sections/shipped.ts'
import { slicesSection } from './sections/slices.ts'
import { targetsSection } from './sections/targets.ts'
import { summarySection } from './sections/summary.ts'
import { tagsSection } from './sections/tags.ts'
import { windowsSection } from './sections/windows.ts'
import { entryOf } from './test-part.ts'

export interface Page {
  /** One HTML document without any request to elsewhere. */
  readonly html: string
  /** Name -> SVG of every chart in it. */
  readonly charts: ReadonlyMap<string, string>
}

/** The report of a run. The same files and style sheet give the same bytes. */
export function renderPage(files: RunFiles, css: string): Page {
  const gallery = createGallery()
  const { run } = files
  const document = documentHtml({
    title: `${run.experiment}: churn report, ${run.id}`,
    css,
    kicker: 'Churn report',
    heading: run.experiment,
    lead: lead(files),
    alarm: isWhole(files)
      ? null
      : html`<p class="alarm">
          <b>This run is ${run.status}.</b> ${run.error?.message ?? 'What it left behind is shown as far as it goes.'}
        </p>`,
    sections: sectionsOf(files, gallery),
    footer: html`Run <code>${run.id}</code> · started ${run.startedAt} · config
      <code>${run.configHash.slice(0, 12)}</code> · seed ${run.seed} · ebb ${run.versions.ebb}. Every number here was
      read from this run's files; none was computed for this page.`,
  })
  return { html: document, charts: gallery.drawn }
}

function sectionsOf(files: RunFiles, gallery: Gallery): Section[] {
  return [
    summarySection(files, gallery),
    atRiskSection(files),
    leaderboardSection(files, gallery),
    ...targetsSection(files),
    rankingSection(files, gallery),
    calibrationSection(files, gallery),
    importanceSection(files, gallery),
    tagsSection(files),
    slicesSection(files, gallery),
    windowsSection(files, gallery),
    auditSection(files, gallery),
    qualitySection(files, gallery),
    shippedSection(files),
    checksSection(files),
    runFactsSection(files),
  ]
}

/** A run writes its report before its own record says that it succeeded: with the scores counted, everything is there. */
function isWhole({ run, scoring }: RunFiles): boolean {
  return run.status === 'SUCCEEDED' || (run.status === 'RUNNING' && scoring !== null)
}

/** One sentence with the most important numbers there are. */
function lead({ population, leaderboard, scoring, run }: RunFiles): string {
  const auc = leaderboard ? entryOf(leaderboard, leaderboard.winner)?.metrics.test['auc'] : undefined
  const parts = [
    population
      ? `${population.target} within ${population.horizonDays} days, as of ${population.asOf}`
      : `run ${run.id}`,
    auc
      ? `${leaderboard!.winner} wins with AUC ${decimal(auc.value)} (95 % ${decimal(auc.low)} to ${decimal(auc.high)})`
      : '',
    scoring
      ? `${scoring.rows.toLocaleString('en-US')} users scored at ${percent(scoring.meanProbability)} on average`
      : '',
  ]
  return parts.filter(Boolean).join(' · ')
}
