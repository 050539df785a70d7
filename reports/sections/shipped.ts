import type { Leaderboard } from '../../core/artifacts.ts'
import { count, plural, withInterval } from '../format.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { metricWords } from '../metric-words.ts'
import type { RunFiles } from '../run-files.ts'
import { type Section, absent, facts } from '../section.ts'
import { entryOf, partInWords } from '../test-part.ts'

/** The model that was judged and the one that ships are two: same recipe, more data. */
export function shippedSection(files: RunFiles): Section {
  const { leaderboard } = files
  return {
    id: 'shipped',
    title: 'Judged and shipped',
    body: leaderboard ? body(files, leaderboard) : absent(files, 'leaderboard', 'The shipped model'),
  }
}

function body(files: RunFiles, leaderboard: Leaderboard): Html {
  return html`
    <p>
      The numbers of this report judge a model that has never seen the test part. After that one look, the same recipe
      was fitted again on every cutoff whose labels are known; that model scored the users. It cannot be tested before
      new labels come in.
    </p>
    <div class="pair">
      <div>
        <h3>Judged</h3>
        ${judgedFacts(files, leaderboard)}
      </div>
      <div>
        <h3>Shipped</h3>
        ${shippedFacts(leaderboard)}
      </div>
    </div>
  `
}

function judgedFacts(files: RunFiles, leaderboard: Leaderboard): Html {
  const judged = entryOf(leaderboard, leaderboard.winner)
  const train = files.split?.parts.find((part) => part.part === 'train')
  return facts([
    ['model', html`<b>${leaderboard.winner}</b>`],
    ['fitted on', train ? `${count(train.rows)} rows at ${plural(train.cutoffs.length, 'cutoff')}` : 'unknown'],
    ['calibrator', judged?.calibrator ?? 'unknown'],
    [
      `${metricWords(leaderboard.chooseBy).label} on test`,
      withInterval(judged?.metrics.test[leaderboard.chooseBy], metricWords(leaderboard.chooseBy).digits),
    ],
    ['tested on', partInWords(files, 'test')],
  ])
}

function shippedFacts({ shipped }: Leaderboard): Html {
  const fixed = Object.entries(shipped.fixed).map(([name, value]) => `${name} ${valueText(value)}`)
  return facts([
    ['model', html`<b>${shipped.model}</b>`],
    ['fitted on', `${count(shipped.rows)} rows at ${plural(shipped.cutoffs.length, 'cutoff')}`],
    [
      'cutoffs',
      shipped.cutoffs.length > 4 ? `${shipped.cutoffs[0]} to ${shipped.cutoffs.at(-1)}` : shipped.cutoffs.join(', '),
    ],
    ['calibrator', shipped.calibrator === 'none' ? 'none' : `${shipped.calibrator}, cross-fitted`],
    ['kept from the judged fit', fixed.length > 0 ? fixed.join(', ') : 'nothing to keep'],
  ])
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)))
  return typeof value === 'string' ? value : JSON.stringify(value)
}
