import { hasDrifted, isRedundant, isUnused, type TagLife, tagLives } from '../../evaluation/tag-life.ts'
import { decimal, percent, plural, withInterval } from '../format.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent } from '../section.ts'
import { table } from '../table.ts'

/** The life of the tags: what each tells, how it moves, who uses it, and which could go. */
export function tagsSection(files: RunFiles): Section {
  const { catalog, tags } = files
  return {
    id: 'tags',
    title: 'Features, one by one',
    short: 'Features',
    body: catalog && tags ? body(tagLives({ ...files, catalog, tags })) : absent(files, 'tags', 'The features'),
  }
}

function body(lives: readonly TagLife[]): Html {
  const measured = lives.filter((life) => life.measured !== null && life.state !== 'absent')
  const used = lives.filter(({ state }) => state === 'in use')
  const groups = redundantGroups(measured)
  return html`
    <p>
      ${plural(used.length, 'feature')} in use${words(lives, 'proposed')}${words(lives, 'retired')}. Of these
      ${measured.filter(isRedundant).length} repeat what another says, ${measured.filter(isUnused).length} are used by
      no model, ${measured.filter(hasDrifted).length} have moved (population stability index of test against train above
      0.25).
    </p>
    ${
      groups.length === 0
        ? null
        : html`<details>
            <summary>${plural(groups.length, 'feature')} with others that repeat it</summary>
            ${groupTable(groups)}
          </details>`
    }
    <details>
      <summary>All ${plural(measured.length, 'measured feature')}, the strongest first</summary>
      ${lifeTable(measured)}
    </details>
  `
}

function words(lives: readonly TagLife[], state: TagLife['state']): string {
  const n = lives.filter((life) => life.state === state).length
  return n === 0 ? '' : `, ${n} ${state}`
}

interface Group {
  readonly keep: string
  readonly others: readonly string[]
}

const redundantGroups = (lives: readonly TagLife[]): Group[] =>
  lives
    .filter(({ repeatedBy }) => repeatedBy.length > 0)
    .map(({ tag, repeatedBy }) => ({ keep: tag, others: repeatedBy }))

function groupTable(groups: readonly Group[]): Html {
  return table({
    caption: 'Features that say the same',
    rows: groups,
    columns: [
      { head: 'says most', cell: (row) => row.keep },
      { head: 'repeat it (rank correlation at least 0.95 in size)', cell: (row) => row.others.join(', ') },
    ],
  })
}

function lifeTable(lives: readonly TagLife[]): Html {
  const strength = ({ measured }: TagLife): number => measured?.auc.value ?? 0
  return table({
    caption: 'Features as measured',
    rows: [...lives].sort((a, b) => strength(b) - strength(a)),
    keepsFirst: true,
    columns: [
      { head: 'feature', cell: (row) => row.tag },
      { head: 'AUC alone', cell: (row) => withInterval(row.measured!.auc), isNumber: true },
      { head: 'coverage', cell: (row) => percent(row.measured!.coverage), isNumber: true },
      {
        head: 'PSI',
        cell: (row) => drift(row),
        isNumber: true,
        note: 'Population stability index of test against train: below 0.1 little, above 0.25 a lot',
      },
      {
        head: 'effect',
        cell: (row) => decimal(row.measured!.drift.effect, 2),
        isNumber: true,
        note: "Standardised mean difference, or Cohen's h of the level that changed most",
      },
      { head: 'state', cell: (row) => row.state },
      { head: 'used by', cell: (row) => row.usedBy.join(', ') || 'no model' },
      { head: 'repeats', cell: (row) => row.measured!.repeats?.tag ?? '' },
    ],
  })
}

function drift(life: TagLife): Html {
  const text = decimal(life.measured!.drift.psi)
  return hasDrifted(life) ? html`<mark class="warn">${text}</mark>` : html`${text}`
}
