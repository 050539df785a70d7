import { type Column, type Dataset, missingCode } from '../core/dataset.ts'
import { EbbError } from '../core/errors.ts'
import type { Fit } from './estimator.ts'

/** Throws an EbbError of kind `interrupted` once `signal` is aborted; cheap enough for every iteration. */
export function throwIfAborted(signal: { readonly aborted: boolean } | undefined, where: string): void {
  if (signal?.aborted)
    throw new EbbError({ code: 'INTERRUPTED', kind: 'interrupted', where, what: 'stopped on request' })
}

/**
 * What every `fit` asks first: not aborted, rows there, one label per row, weights finite and >= 0, and both classes
 * among the rows with weight. Throws EbbErrors of kind `interrupted` or `data`.
 */
export function checkFit(estimator: string, { train, y, valid, signal }: Fit): void {
  const where = `fit ${estimator}`
  throwIfAborted(signal, where)
  checkLabels(where, 'train', train, y)
  if (valid) checkLabels(where, 'valid', valid.x, valid.y)
  const seen = [false, false]
  for (let i = 0; i < y.length; i++) if (train.weights === undefined || train.weights[i]! > 0) seen[y[i]!] = true
  if (seen[0] && seen[1]) return
  const isEmpty = !seen[0] && !seen[1]
  throw new EbbError({
    code: isEmpty ? 'FIT_NO_ROWS' : 'FIT_ONE_CLASS',
    kind: 'data',
    where,
    what: isEmpty ? 'no rows to learn from' : 'only one class to learn from',
    expected: isEmpty ? 'at least one row of each class' : 'churned and staying users',
    received: isEmpty
      ? `${train.rowCount} rows, none with weight`
      : `${train.rowCount} rows, all y = ${seen[1] ? 1 : 0}`,
    hint: 'look at the churn rate by cutoff, the horizon and the eligibility rule',
  })
}

function checkLabels(where: string, part: string, x: Dataset, y: ArrayLike<number>): void {
  const fault = (code: string, what: string, expected: string, received: string): EbbError =>
    new EbbError({ code, kind: 'data', where: `${where}, ${part}`, what, expected, received })
  if (y.length !== x.rowCount)
    throw fault('FIT_LABELS', 'labels do not match the rows', `${x.rowCount} labels`, String(y.length))
  for (let i = 0; i < y.length; i++)
    if (y[i] !== 0 && y[i] !== 1) throw fault('FIT_LABELS', 'a label is not 0 or 1', '0 or 1', `${y[i]} in row ${i}`)
  const { weights } = x
  if (weights === undefined) return
  for (let i = 0; i < x.rowCount; i++)
    if (!(weights[i]! >= 0 && weights[i]! < Infinity))
      throw fault('FIT_WEIGHTS', 'a row weight is unusable', 'a finite number >= 0', `${weights[i]} in row ${i}`)
}

/** The column called `name`, of the kind the model was fitted on; an EbbError of kind `data` names model and column if not. */
export function columnNamed<K extends Column['kind']>(
  x: Dataset,
  name: string,
  { kind, where }: { kind: K; where: string },
): Extract<Column, { kind: K }> {
  const column = x.columns[x.names.indexOf(name)]
  if (column?.kind === kind) return column as Extract<Column, { kind: K }>
  throw new EbbError({
    code: column === undefined ? 'MODEL_COLUMN_MISSING' : 'MODEL_COLUMN_KIND',
    kind: 'data',
    where,
    what: column === undefined ? `feature "${name}" is missing` : `feature "${name}" has the wrong kind`,
    expected: column === undefined ? `a ${kind} column of that name` : kind,
    received: column === undefined ? nearestNames(name, x.names) : column.kind,
  })
}

/** The level of `column` in row `row`; null = missing (code 65,535 or past the levels). */
export function levelOf(column: Extract<Column, { kind: 'category' }>, row: number): string | null {
  const code = column.codes[row]!
  return code === missingCode ? null : (column.levels[code] ?? null)
}

function nearestNames(name: string, names: readonly string[]): string {
  const stem = name.split('_')[0]!
  const alike = names.filter((other) => other.startsWith(stem))
  const shown = (alike.length > 0 ? alike : names).slice(0, 8)
  return names.length === 0
    ? 'no columns'
    : `${names.length} columns: ${shown.join(', ')}${shown.length < names.length ? ', …' : ''}`
}
