import type { CheckResult } from '../../core/artifacts.ts'
import { plural } from '../format.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent } from '../section.ts'
import { table } from '../table.ts'

/** Every check with what was seen and what was expected, failures first. */
export function checksSection(files: RunFiles): Section {
  const { checks } = files
  return { id: 'checks', title: 'Checks', body: checks ? body(checks) : absent(files, 'checks', 'The checks') }
}

function body(checks: readonly CheckResult[]): Html {
  const failed = checks.filter((check) => !check.passed).sort((a, b) => weight(a) - weight(b))
  const passed = checks.filter((check) => check.passed)
  return html`
    <p>
      ${plural(passed.length, 'check')}
      passed${failed.length === 0 ? ', none failed.' : html`, <b class="warn">${failed.length} did not</b>.`}
    </p>
    ${failed.length > 0 ? checkTable(failed, 'Checks that did not pass') : null}
    ${
      passed.length > 0
        ? html`<details>
            <summary>${plural(passed.length, 'check')} passed</summary>
            ${checkTable(passed, 'Checks passed')}
          </details>`
        : null
    }
  `
}

const weight = (check: CheckResult): number => ['error', 'warn', 'info'].indexOf(check.severity)

function checkTable(checks: readonly CheckResult[], caption: string): Html {
  return table({
    caption,
    rows: checks,
    columns: [
      { head: 'check', cell: (row) => html`${mark(row)} <code>${row.name}</code>` },
      { head: 'seen', cell: (row) => row.observed },
      { head: 'expected', cell: (row) => row.expected },
      { head: 'what it means', cell: (row) => row.message },
    ],
  })
}

function mark(check: CheckResult): Html {
  if (check.passed) return html`<mark class="good">passed</mark>`
  return check.severity === 'error'
    ? html`<mark class="bad">failed</mark>`
    : html`<mark class="warn">${check.severity === 'warn' ? 'warning' : 'note'}</mark>`
}
