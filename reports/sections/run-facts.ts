import type { InputFile, Timings } from '../../core/artifacts.ts'
import { bytes, count, duration } from '../format.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent, facts } from '../section.ts'
import { table } from '../table.ts'

/** What it takes to make this run again. */
export function runFactsSection(files: RunFiles): Section {
  const { run, timings, inputs } = files
  return {
    id: 'run',
    title: 'This run',
    body: html`
      ${facts([
        ['run', html`<code>${run.id}</code>`],
        ['experiment', run.experiment],
        ['command', html`<code>${run.command}</code>`],
        ['key', run.key === null ? 'none' : html`<code>${run.key}</code>, attempt ${run.attempt}`],
        ['config hash', html`<code>${run.configHash}</code>`],
        ['seed', String(run.seed)],
        [
          'versions',
          `ebb ${run.versions.ebb}, Node ${run.versions.node}${run.versions.engine ? `, ${run.versions.engine}` : ''}`,
        ],
        [
          'git',
          run.git
            ? html`<code>${run.git.commit.slice(0, 12)}</code>${run.git.dirty ? ' with uncommitted changes' : null}`
            : 'not in a repository',
        ],
        ['started', run.startedAt],
        ...endFacts(files),
      ])}
      ${run.error ? html`<p class="alarm"><b>${run.error.code}</b> ${run.error.message}${run.error.hint ? html` <br />${run.error.hint}` : null}</p>` : null}
      ${inputs ? inputsTable(inputs) : absent(files, 'inputs', 'The inputs')}
      ${timings ? timingsTable(timings) : absent(files, 'timings', 'The timings')}
    `,
  }
}

/** How it ended; a report that the run itself wrote cannot know that yet. */
function endFacts({ run }: RunFiles): [string, Html | string][] {
  if (run.status === 'RUNNING') return [['how it ended', html`<code>ebb show ${run.id}</code> tells it`]]
  return [
    ['status', run.status],
    ['took', duration(run.durationMs)],
    ['scores', run.scores ? html`<code>${run.scores}</code>` : 'not published'],
  ]
}

function inputsTable(inputs: readonly InputFile[]): Html {
  const shown = inputs.slice(0, 40)
  return html`<details>
    <summary>Inputs: ${inputs.length}</summary>
    ${table({
      caption: 'Inputs',
      rows: shown,
      columns: [
        { head: 'source', cell: (row) => row.source },
        { head: 'file', cell: (row) => html`<code>${row.uri}</code>` },
        { head: 'rows', cell: (row) => count(row.rows), isNumber: true },
        { head: 'size', cell: (row) => bytes(row.bytes), isNumber: true },
        { head: 'sha256', cell: (row) => html`<code>${row.sha256.slice(0, 16)}</code>` },
      ],
    })}${inputs.length > shown.length ? html`<p class="soft">${inputs.length - shown.length} more in inputs.json.</p>` : null}
  </details>`
}

function timingsTable(timings: Timings): Html {
  const longest = Math.max(1, ...timings.stages.map((stage) => stage.ms))
  return html`<details>
    <summary>Timings</summary>
    ${table({
      caption: 'Timings by stage',
      rows: timings.stages,
      columns: [
        {
          head: 'stage',
          cell: (row) =>
            row.kept === undefined ? row.stage : html`${row.stage}<br /><span class="soft">${row.kept}</span>`,
        },
        { head: 'time', cell: (row) => duration(row.ms), isNumber: true },
        {
          head: '',
          cell: (row) => html`<i class="bar" style="width: ${((100 * row.ms) / longest).toFixed(1)}px"></i>`,
        },
        { head: 'rows', cell: (row) => count(row.rows), isNumber: true },
      ],
    })}
  </details>`
}
