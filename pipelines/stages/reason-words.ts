import { missingCode } from '../../core/dataset.ts'
import type { Feature } from '../../features/definition.ts'
import type { ScoredUsers } from './score.ts'

/** One reason of one user. */
export interface Reason {
  readonly feature: string
  /** `Days since the last purchase: 87 days`. */
  readonly words: string
  /** Log-odds towards churn, > 0. */
  readonly contribution: number
}

/** Reasons of row `row`, strongest first; empty when the model has none. */
export function reasonsOfRow(scored: ScoredUsers, row: number, features: ReadonlyMap<string, Feature>): Reason[] {
  const { reasons } = scored.output
  if (reasons === null) return []
  const count = reasons.features.length / scored.rows
  const found: Reason[] = []
  for (let at = row * count; at < (row + 1) * count; at++) {
    const name = reasons.names[reasons.features[at]!]
    if (name === undefined) break
    found.push({
      feature: name,
      words: words(scored, row, features.get(name), name),
      contribution: reasons.contributions[at]!,
    })
  }
  return found
}

function words(scored: ScoredUsers, row: number, feature: Feature | undefined, name: string): string {
  const described = (feature?.description ?? name).replace(/\.$/, '')
  const { dataset } = scored.examples
  const column = dataset.columns[dataset.names.indexOf(name)]
  if (column === undefined) return described
  if (column.kind === 'category') {
    const code = column.codes[row]!
    return `${described}: ${code === missingCode ? 'unknown' : column.levels[code]}`
  }
  const value = column.values[row]!
  return `${described}: ${Number.isNaN(value) ? 'none' : withUnit(value, feature?.unit ?? '')}`
}

/** At most three significant decimals; units that are only a kind of number are not spoken. */
function withUnit(value: number, unit: string): string {
  const rounded = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)))
  return unit === 'days' ? `${rounded} days` : unit === 'flag' ? (value === 1 ? 'yes' : 'no') : rounded
}
