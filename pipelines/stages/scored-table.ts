import type { Dataset } from '../../core/dataset.ts'
import type { Day } from '../../core/day.ts'
import type { Dialect } from '../../engines/dialect.ts'
import type { Feature } from '../../features/definition.ts'
import type { TableColumn } from '../../engines/engine.ts'
import type { ScoreOutput } from '../compute/score-task.ts'
import type { ContextCodes } from './examples-type.ts'
import { type Reason, reasonsOfRow } from './reason-words.ts'
import type { ScoredUsers } from './score-population.ts'

/** Of the published columns: `1.x` appends nullable ones. */
export const scoresSchemaVersion = '1.0'

/** What is the same for every row. */
export interface ScoreFacts {
  readonly asOf: Day
  readonly target: string
  readonly horizonDays: number
  readonly modelName: string
  /** 0 when the model is not registered. */
  readonly modelVersion: number
  readonly configHash: string
}

const reasonCount = 3
const rowsPerTurn = 5_000

/** Scored rows with their features. */
export interface ScoredPart {
  readonly dataset: Dataset
  readonly lifecycle: ContextCodes
  readonly output: ScoreOutput
  /** False: probabilities are not published. */
  readonly isCalibrated: boolean
}

/** What is known of the rows begin … end - 1 of a part; the event loop turns every few thousand rows. */
export async function partColumns(
  { dataset, lifecycle, output, isCalibrated }: ScoredPart,
  features: ReadonlyMap<string, Feature>,
  { begin, end }: { readonly begin: number; readonly end: number },
): Promise<TableColumn[]> {
  const reasons: Reason[][] = []
  const explained = { dataset, reasons: output.reasons }
  for (let row = begin; row < end; row++) {
    reasons.push(reasonsOfRow(explained, row, features))
    if (row % rowsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  const probability = isCalibrated ? output.probability.subarray(begin, end) : new Float64Array(end - begin).fill(NaN)
  return [
    { name: 'user_index', type: 'integer', values: dataset.users.subarray(begin, end) },
    { name: 'probability', type: 'double', values: probability },
    { name: 'score_raw', type: 'double', values: output.raw.subarray(begin, end) },
    ...Array.from({ length: reasonCount }, (_, k) => reasonColumns(reasons, k)).flat(),
    { name: 'lifecycle_stage', type: 'coded', codes: lifecycle.codes.subarray(begin, end), levels: lifecycle.levels },
  ]
}

/** What is known of the rows when all are scored. */
export function rankedColumns({
  users,
  ranking,
  valueAtRisk,
  holdout,
}: Pick<ScoredUsers, 'users' | 'ranking' | 'valueAtRisk' | 'holdout'>): TableColumn[] {
  return [
    { name: 'user_index', type: 'integer', values: users },
    { name: 'percentile', type: 'double', values: ranking.percentile },
    { name: 'decile', type: 'integer', values: ranking.decile },
    { name: 'rank', type: 'integer', values: ranking.rank },
    { name: 'tier', type: 'text', values: ranking.tier },
    { name: 'value_at_risk', type: 'double', values: valueAtRisk },
    { name: 'holdout', type: 'boolean', values: holdout },
  ]
}

/** The rows of all parts with their ranks, as the relation `relation`. */
export function scoredView(
  dialect: Dialect,
  { relation, tables, ranked }: { relation: string; tables: readonly string[]; ranked: string },
): string {
  const parts = tables.map((table) => `SELECT * FROM ${dialect.identifier(table)}`).join('\nUNION ALL\n')
  const ranks = ['percentile', 'decile', 'rank', 'tier', 'value_at_risk', 'holdout'].map(
    (name) => `r.${dialect.identifier(name)}`,
  )
  const select = `SELECT p.*, ${ranks.join(', ')}\nFROM (\n${parts}\n) AS p JOIN ${dialect.identifier(ranked)} AS r ON r.user_index = p.user_index`
  return dialect.createView(dialect.identifier(relation), select)
}

function reasonColumns(reasons: readonly Reason[][], k: number): TableColumn[] {
  return [
    { name: `reason_${k + 1}`, type: 'text', values: reasons.map((row) => row[k]?.words ?? null) },
    { name: `reason_${k + 1}_feature`, type: 'text', values: reasons.map((row) => row[k]?.feature ?? null) },
    {
      name: `reason_${k + 1}_contribution`,
      type: 'double',
      values: Float64Array.from(reasons, (row) => row[k]?.contribution ?? Number.NaN),
    },
  ]
}

/** The published columns in the order and with the types of the contract, ordered by the unique key. */
export function scoresSelect(
  dialect: Dialect,
  users: string,
  parts: readonly { readonly scored: string; readonly facts: ScoreFacts }[],
): string {
  const selects = parts.map(({ scored, facts }) => scoresOf(dialect, { scored, users }, facts))
  if (selects.length === 1) return `${selects[0]!}\nORDER BY u.user_id`
  return `SELECT * FROM (\n${selects.join('\nUNION ALL\n')}\n) AS a ORDER BY a.user_id, a.target, a.horizon_days`
}

function scoresOf(
  dialect: Dialect,
  relations: { readonly scored: string; readonly users: string },
  facts: ScoreFacts,
): string {
  const s = (name: string): string => `s.${dialect.identifier(name)}`
  const text = (value: string): string => dialect.cast(dialect.text(value), 'text')
  const columns: [string, string][] = [
    ['user_id', 'u.user_id'],
    ['as_of', dialect.day(facts.asOf)],
    ['target', text(facts.target)],
    ['horizon_days', dialect.cast(dialect.number(facts.horizonDays), 'integer')],
    ['probability', s('probability')],
    ['score_raw', s('score_raw')],
    ['percentile', s('percentile')],
    ['decile', dialect.cast(s('decile'), 'tinyint')],
    ['rank', dialect.cast(s('rank'), 'bigint')],
    ['tier', s('tier')],
    ['value_at_risk', s('value_at_risk')],
    ...reasonNames().map((name): [string, string] => [name, s(name)]),
    ['lifecycle_stage', s('lifecycle_stage')],
    ['segment', dialect.cast('NULL', 'text')],
    ['holdout', s('holdout')],
    ['model_name', text(facts.modelName)],
    ['model_version', dialect.cast(dialect.number(facts.modelVersion), 'integer')],
    ['config_hash', text(facts.configHash)],
    ['schema_version', text(scoresSchemaVersion)],
  ]
  return [
    `SELECT ${columns.map(([name, sql]) => `${sql} AS ${dialect.identifier(name)}`).join(',\n  ')}`,
    `FROM ${dialect.identifier(relations.scored)} s JOIN ${dialect.identifier(relations.users)} u ON u.user_index = s.user_index`,
  ].join('\n')
}

/** Users who are not ranked, with the reason, by target; `excluded` is a query of user_index and reason. */
export function excludedSelect(
  dialect: Dialect,
  users: string,
  parts: readonly { readonly excluded: string; readonly facts: ScoreFacts }[],
): string {
  const selects = parts.map(({ excluded, facts }) => excludedOf(dialect, { excluded, users }, facts))
  if (selects.length === 1) return `${selects[0]!}\nORDER BY u.user_id`
  return `SELECT * FROM (\n${selects.join('\nUNION ALL\n')}\n) AS a ORDER BY a.user_id, a.target`
}

function excludedOf(
  dialect: Dialect,
  relations: { readonly excluded: string; readonly users: string },
  facts: ScoreFacts,
): string {
  return [
    `SELECT u.user_id AS user_id, ${dialect.day(facts.asOf)} AS as_of, e.reason AS reason,`,
    `  ${dialect.cast(dialect.text(facts.target), 'text')} AS target,`,
    `  ${dialect.cast(dialect.text(scoresSchemaVersion), 'text')} AS schema_version`,
    `FROM (${relations.excluded}) e JOIN ${dialect.identifier(relations.users)} u ON u.user_index = e.user_index`,
  ].join('\n')
}

function reasonNames(): string[] {
  return Array.from({ length: reasonCount }, (_, k) => [
    `reason_${k + 1}`,
    `reason_${k + 1}_feature`,
    `reason_${k + 1}_contribution`,
  ]).flat()
}
