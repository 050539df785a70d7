import { type Dataset, missingCode } from '../../core/dataset.ts'
import type { Feature } from '../../features/definition.ts'
import type { Reasons } from '../../models/reasons.ts'

/** One reason of one user. */
export interface Reason {
  readonly feature: string
  /** `Days since the last purchase: 87 days`. */
  readonly words: string
  /** Log-odds towards churn, > 0. */
  readonly contribution: number
}

/** Rows with their features. */
export interface ExplainedRows {
  readonly dataset: Dataset
  /** Null: the model has no contributions. */
  readonly reasons: Reasons | null
}

/** Reasons of row `row`, strongest first; empty when the model has none. */
export function reasonsOfRow(
  { dataset, reasons }: ExplainedRows,
  row: number,
  features: ReadonlyMap<string, Feature>,
): Reason[] {
  if (reasons === null) return []
  const count = reasons.features.length / dataset.rowCount
  const found: Reason[] = []
  for (let at = row * count; at < (row + 1) * count; at++) {
    const name = reasons.names[reasons.features[at]!]
    if (name === undefined) break
    found.push({
      feature: name,
      words: words(dataset, row, features.get(name), name),
      contribution: reasons.contributions[at]!,
    })
  }
  return found
}

/** What the feature is, its value, and in brackets how to read it: `Orders against the days before: 0.5 (below 1 = falling)`. */
function words(dataset: Dataset, row: number, feature: Feature | undefined, name: string): string {
  const [described, ...hints] = (feature?.description ?? name).replace(/\.$/, '').split('; ') as [string, ...string[]]
  const column = dataset.columns[dataset.names.indexOf(name)]
  if (column === undefined) return described
  if (column.kind === 'category') {
    const code = column.codes[row]!
    return `${described}: ${code === missingCode ? 'unknown' : column.levels[code]}`
  }
  const value = column.values[row]!
  if (Number.isNaN(value)) return `${described}: none`
  if (feature?.kind === 'asOf' && feature.read === 'daysSince') return `${described}: ${sinceOrUntil(value)}`
  // That a value can be empty is of no use beside a value.
  const hint = hints.filter((one) => !one.startsWith('empty if')).join('; ')
  return `${described}: ${withUnit(value, feature?.unit ?? '')}${hint === '' ? '' : ` (${hint})`}`
}

/** Days since a day that may lie ahead, such as the end of a contract. */
function sinceOrUntil(days: number): string {
  return days < 0 ? `${inDays(-days)} ahead` : inDays(days)
}

/** At most three significant decimals; units that are only a kind of number are not spoken. */
function withUnit(value: number, unit: string): string {
  if (unit === 'flag') return value === 1 ? 'yes' : 'no'
  return unit === 'days' ? inDays(value) : rounded(value)
}

const inDays = (days: number): string => `${rounded(days)} ${days === 1 ? 'day' : 'days'}`

const rounded = (value: number): string => String(Number.isInteger(value) ? value : Number(value.toPrecision(3)))
