import type { FileReading } from '../data/inspect-file.ts'
import type { MappingProposal } from '../data/propose-mapping.ts'

/** What `ebb init --data` decided, ready to be written down. */
export interface ProposedConfig {
  readonly experiment: string
  /** For people: the file as the user named it. */
  readonly dataFile: string
  /** Relative to the config. */
  readonly path: string
  readonly reading: FileReading
  readonly mapping: MappingProposal
  /** Event types that end a silence, and those by which users say goodbye (may be empty). */
  readonly qualifying: readonly string[]
  readonly goodbye: readonly string[]
  /** Role of the catalogue -> event types. */
  readonly roles: Readonly<Record<string, readonly string[]>>
  readonly silenceDays: number
  readonly silenceReason: string
  readonly horizonDays: number
  readonly every: string
  readonly lookbackDays: readonly number[]
  readonly splitMode: 'cutoffs' | 'user_folds'
  /** Share of rows that may be unusable; 0: none was. */
  readonly maxRejects: number
  readonly slices: readonly string[]
}

/** The config as commented YAML; the same proposal gives the same text. */
export function proposalText(proposal: ProposedConfig): string {
  const { horizonDays, silenceDays } = proposal
  return `# yaml-language-server: $schema=ebb.v1.schema.json
#
# Proposed by \`ebb init --data ${oneLine(proposal.dataFile)}\` from what the file looks like. Read it through: what a column means, a
# person knows better. ebb explains every key: docs/config.md, \`ebb schema --keys\`.
#
#   ebb check churn.yaml --data          would it run, on how many users, at which churn rate?
#   ebb run churn.yaml                   train, judge, score, report
#   ebb analyze definition churn.yaml    how long a silence makes a churn?
version: 1
experiment: ${proposal.experiment}
seed: 1
timeZone: UTC                # whose calendar days count, e.g. Europe/Berlin

sources:
  log:
${indented(sourceLines(proposal), 4)}

churn:
  labels:
    # 1 = none of these in the ${horizonDays} days after the cutoff.
    silent: { kind: no_event_in_window, events: ${list(proposal.qualifying)} }
${goodbyeLines(proposal)}  horizonDays: ${horizonDays}
  gapDays: 0                 # days that a team needs before it can act
  # ${proposal.silenceReason}
  eligible: { events: ${list(proposal.qualifying)}, withinDays: ${silenceDays} }

lifecycle: { newDays: ${Math.max(7, Math.round(silenceDays / 2))}, silentDays: ${Math.max(3, Math.round(silenceDays / 2))}, returnedDays: ${Math.max(7, Math.round(silenceDays / 2))} }

# Back from the last day whose following ${horizonDays} days are complete.
# As data grow, the days move; a \`from: DAY\` holds them, so that a run takes over the rows of the last one.
cutoffs: { every: ${proposal.every} }
split: { mode: ${proposal.splitMode} }

features:
  lookbackDays: [${proposal.lookbackDays.join(', ')}]
  # Which event types play a part that the catalogue knows; types of the same name need not be named.
  roles: ${rolesText(proposal.roles)}
  add: {}                    # your own: docs/config.md has examples

models:                      # base rate, recency rule and recency-only logistic always run beside them
  logistic: { kind: logistic, l1Ratio: 0.5, strength: auto, folds: 3, pathLength: 6 }
  boosted: { kind: gbdt, trees: 300, learningRate: 0.06, maxLeaves: 15, minRowsPerLeaf: 40, earlyStopping: 30 }
  forest: { kind: forest, trees: 60, minRowsPerLeaf: 25 }
choose: { metric: log_loss } # the winner is best by this on select; the simplest of those that tie

evaluate:
  slices: [${proposal.slices.join(', ')}]
  bootstrap: 500             # resamples of users, for the 95 % intervals
  importance: { repeats: 2, maxRows: 1500 }

scores:
  tiers: { high: top 10%, mid: top 30% }
  holdout: 0.05              # left alone on purpose, so that the effect of a campaign can be measured
`
}

function sourceLines({ path, reading, mapping, maxRejects }: ProposedConfig): string[] {
  const { time } = mapping
  const columns = Object.entries(mapping.columns).map(([field, column]) => `${field}: ${scalar(column)}`)
  const format = time.reading
  return [
    `path: ${scalar(path)}`,
    ...Object.entries(reading).map(([key, value]) => `${key}: ${scalar(value as string | boolean)}`),
    ...(mapping.numbers.decimal === ',' ? ["decimal: ','"] : []),
    ...(mapping.numbers.thousands === undefined ? [] : [`thousands: ${JSON.stringify(mapping.numbers.thousands)}`]),
    ...(mapping.isIntegerId ? ['userIdType: integer'] : []),
    ...(format.kind === 'format' ? [`timestampFormat: ${scalar(format.format)}`] : []),
    ...(format.kind === 'epoch' ? [`timeUnit: ${format.unit}`] : []),
    ...(maxRejects > 0
      ? [`rejects: { maxFraction: ${maxRejects} }   # rows that cannot be read are kept apart, in the run's rejects/`]
      : []),
    'columns:                 # left: what Ebb calls it; right: what the file calls it',
    ...columns.map((line) => `  ${line}`),
    ...(mapping.eventType === null ? [] : [`set: { event_type: ${scalar(mapping.eventType)} }`]),
  ]
}

function goodbyeLines({ goodbye }: ProposedConfig): string {
  if (goodbye.length === 0) return '  target: silent\n'
  return `    said_goodbye: { kind: explicit, events: ${list(goodbye)} }
    churned: { kind: any, of: [silent, said_goodbye] }
  target: churned
`
}

function rolesText(roles: Readonly<Record<string, readonly string[]>>): string {
  const entries = Object.entries(roles).map(([role, types]) => `${role}: ${list(types)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

const list = (values: readonly string[]): string => `[${values.map(scalar).join(', ')}]`
const indented = (lines: readonly string[], by: number): string => lines.map((line) => ' '.repeat(by) + line).join('\n')
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** A YAML scalar: plain words stay as they are, everything else is quoted as JSON, which is YAML. */
function scalar(value: string | boolean): string {
  if (typeof value === 'boolean') return String(value)
  const isPlain = /^[A-Za-z_][\w./-]*$/.test(value) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value)
  return isPlain ? value : JSON.stringify(value)
}
