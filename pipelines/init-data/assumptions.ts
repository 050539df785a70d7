import type { ProposedConfig } from '../../configs/proposal-text.ts'
import type { Extracted } from '../../data/extracted.ts'
import type { FileProfile } from '../../data/inspect-file.ts'
import { type Assumption, type MappingProposal, readingWords } from '../../data/propose-mapping.ts'
import { initNames } from '../init-folder.ts'
import type { ChosenEvents } from './choose-events.ts'
import type { ChosenWindows } from './choose-windows.ts'

/** Rows of the file that cannot be used. */
export function rejectedRows({ quality }: Extracted): number {
  return quality.sources[0]!.rejected.reduce((sum, { rows }) => sum + rows, 0)
}

/** Every line of what was assumed, in the order of the config. */
export function allAssumptions(parts: {
  readonly profile: FileProfile
  readonly mapping: MappingProposal
  readonly events: ChosenEvents
  readonly windows: ChosenWindows
  readonly extracted: Extracted
  readonly maxRejects: number
}): Assumption[] {
  const { profile, mapping, events, windows, extracted, maxRejects } = parts
  const format = mapping.time.reading
  const isAmbiguous = format.kind === 'format' && format.other !== null
  return [
    ...(profile.separator === null
      ? []
      : [
          {
            what: 'file',
            value: `${profile.separator}${profile.hasHeader ? '' : ', no header'}`,
            sure: profile.hasHeader ? ('sure' as const) : ('likely' as const),
            because:
              profile.separator === 'blanks' ? 'a copy with commas was written to data/' : 'what parts its first lines',
          },
        ]),
    ...mapping.assumptions,
    ...(isAmbiguous
      ? [{ what: 'timestampFormat', value: format.format, sure: 'guess' as const, because: readingWords(format) }]
      : []),
    ...numberLines(mapping),
    ...(maxRejects > 0 ? [rejectsLine(extracted, maxRejects)] : []),
    ...events.assumptions,
    ...windows.assumptions,
    {
      what: 'dataEnd',
      value: extracted.dataEnd,
      sure: 'likely',
      because: 'the day after the last event; set dataEnd where the last day is not complete',
    },
    { what: 'timeZone', value: 'UTC', sure: 'guess', because: 'the file names none, or instants are shown in UTC' },
  ]
}

const marks = { ',': 'comma', '.': 'point', ' ': 'blank', "'": 'apostrophe' } as const

function numberLines({ numbers }: MappingProposal): Assumption[] {
  const { decimal, thousands, isGuess } = numbers
  const groups = thousands === undefined ? '' : `1${thousands}234`
  return [
    ...(decimal === '.'
      ? []
      : [
          {
            what: 'decimal',
            value: 'comma',
            sure: isGuess ? ('guess' as const) : ('sure' as const),
            because: isGuess ? 'what goes with the point between thousands' : `numbers such as ${groups || '12'},50`,
          },
        ]),
    ...(thousands === undefined
      ? []
      : [
          {
            what: 'thousands',
            value: marks[thousands],
            sure: isGuess ? ('guess' as const) : ('sure' as const),
            because: isGuess
              ? `numbers such as ${groups}, and whole ones below 1000 beside them; if ${groups} is not 1234, take thousands and decimal out`
              : `numbers such as ${groups}`,
          },
        ]),
  ]
}

/** Rows that would be lost are said with their reason: nobody should find out in the report. */
function rejectsLine({ quality }: Extracted, maxRejects: number): Assumption {
  const { rejected } = quality.sources[0]!
  const reasons = rejected.map(({ reason, rows }) => `${rows.toLocaleString('en-US')} rows: ${reason}`)
  return {
    what: 'rejects',
    value: `up to ${(100 * maxRejects).toFixed(1)} %`,
    sure: 'guess',
    because: `${reasons.join('; ')}. They are left out and kept in a run's rejects/; look at them before you trust a score`,
  }
}

export function readmeOf({ dataFile, experiment }: ProposedConfig): string {
  return `# Churn: ${experiment}

\`${initNames.config}\` was proposed by \`ebb init --data ${dataFile}\` from what the file looks like.

1. Read it through: what a column means, a person knows better.
2. \`npx ebb check ${initNames.config} --data\`: would it run, on how many users, at which churn rate? Trains nothing.
3. \`npx ebb analyze definition ${initNames.config}\`: how long must a user be silent before he counts as lost?
4. \`npx ebb run ${initNames.config}\`: train, judge, score. The last lines name the report (open it in a browser) and the scores.
`
}
