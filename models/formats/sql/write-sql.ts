import type { FeatureBins } from '../../trees/bins.ts'
import type { ExportableTrees } from '../exportable.ts'
import type { SavedCalibration } from '../onnx/calibrate.ts'
import { calibrateSql, sigmoidSql } from './calibrate-sql.ts'
import { doubleSql, type SqlWords } from './sql-words.ts'
import { ensembleSql } from './tree-sql.ts'

/** The table that the query reads: one row per user, the model's inputs by name. */
const table = 'features'

/** A number or NULL; of a category the place of its level, as engines turn long lists of texts (`IN`) into joins. */
function inputSql(sql: SqlWords, bins: FeatureBins): string {
  const column = sql.identifier(bins.name)
  if (bins.kind === 'number') return `NULLIF(${sql.cast(column, 'double')}, ${sql.cast(sql.text('NaN'), 'double')})`
  if (bins.levels.length === 0) return sql.cast('NULL', 'double')
  const places = bins.levels.map((level, place) => `WHEN ${sql.text(level)} THEN ${place}`)
  return `CASE ${sql.cast(column, 'text')} ${places.join(' ')} END`
}

/**
 * Trees as one query over the table `features`: all of its columns, then `score_raw` and the calibrated `probability`. Each tree
 * is one CASE expression. Numbers are compared as the float32 that training saw, without being rounded; NULL and NaN are
 * missing, levels that training did not see go where missing values go.
 */
export function writeSql(
  sql: SqlWords,
  { ensemble, output }: ExportableTrees,
  { calibration, about }: { calibration: SavedCalibration; about: Readonly<Record<string, string>> },
): string {
  const used = new Set(ensemble.trees.flatMap(({ feature }) => [...feature]))
  const inputs = [...used].sort((a, b) => a - b)
  const columnOf = (feature: number): string => `ebb_x${feature}`
  const prepared = inputs.map((f) => {
    return `  ${inputSql(sql, ensemble.features[f]!)} AS ${columnOf(f)}`
  })
  const sum = ensembleSql(sql, ensemble, columnOf)
  const score = output === 'log_odds' ? sigmoidSql('ebb_sum') : `ebb_sum / ${doubleSql(sql, ensemble.trees.length)}`
  const told = Object.entries(about).map(([key, value]) => `-- ${key}: ${value.replaceAll(/\s+/g, ' ')}`)
  const own = [...inputs.map(columnOf), 'ebb_sum']
  return [
    `-- P(churn) of every row of the table ${table}`,
    ...told,
    'WITH ebb_inputs AS (',
    ['  SELECT *', ...prepared].join(',\n'),
    `  FROM ${table}`,
    '), ebb_sums AS (',
    `  SELECT *, ${sum} AS ebb_sum`,
    '  FROM ebb_inputs',
    '), ebb_scores AS (',
    `  SELECT *, ${score} AS score_raw`,
    '  FROM ebb_sums',
    ')',
    `SELECT ${sql.starExcept(own)}, ${calibrateSql(sql, 'score_raw', calibration)} AS probability`,
    'FROM ebb_scores',
    '',
  ].join('\n')
}
