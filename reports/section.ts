import type { Html } from './html.ts'
import { html } from './html.ts'
import { type OptionalFile, type RunFiles, fileOf } from './run-files.ts'

export interface Section {
  /** Anchor. */
  readonly id: string
  readonly title: string
  /** Word for the navigation; the title when absent. */
  readonly short?: string
  readonly body: Html
}

/** Says in place of a part why it is not there. */
export function absent(files: RunFiles, part: OptionalFile, what: string): Html {
  const why = files.absences.get(fileOf(part)) ?? `${fileOf(part)} is empty`
  const status =
    files.run.status === 'SUCCEEDED'
      ? ''
      : ` The run's status is ${files.run.status}: it may have ended before this was made.`
  return html`<p class="absent">${what} cannot be shown: ${why}.${status}</p>`
}

/** A term and its value, as rows of a definition list. */
export function facts(entries: readonly (readonly [string, Html | string])[]): Html {
  return html`<dl class="facts">
    ${entries.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`
}
