import type { CheckResult } from '../core/artifacts.ts'
import type { Dialect } from '../engines/dialect.ts'
import type { Row, Value } from '../engines/engine.ts'
import type { SqlSession } from './sources/sql-session.ts'
import type { Contract } from './sources.ts'

/** One rule of a contract over the events of one source. */
export interface ContractRule {
  /** E.g. `contract.app.amount.min`. */
  readonly name: string
  readonly severity: 'error' | 'warn'
  readonly expected: string
  /** SQL aggregates: how much breaks the rule (rows, or a fraction), and an example or NULL. */
  readonly breach: string
  readonly example: string
  /** Largest breach allowed. */
  readonly allowed: number
  readonly describe: (breach: number, rows: number) => string
}

/** Rules as data, in the order of the event columns. Amounts and quantities are in the source's unit. */
export function contractRules(source: string, contract: Contract, dialect: Dialect): ContractRule[] {
  const rules: ContractRule[] = []
  for (const [field, rule] of Object.entries(contract)) {
    if (rule === undefined) continue
    const add = ruleAdder(rules, { source, field, severity: rule.severity })
    const column = columnSql(field, dialect)
    if ('values' in rule && rule.values !== undefined) {
      const list = rule.values.map((value) => dialect.text(value)).join(', ')
      add('values', `${column} NOT IN (${list})`, `one of ${rule.values.join(', ')}`, `MIN(${column})`)
    }
    if ('min' in rule && rule.min !== undefined)
      add('min', `${column} < ${bound(rule.min, dialect)}`, `at least ${rule.min}`, `MIN(${column})`)
    if ('max' in rule && rule.max !== undefined)
      add('max', `${column} > ${bound(rule.max, dialect)}`, `at most ${rule.max}`, `MAX(${column})`)
    if ('nullFraction' in rule && rule.nullFraction !== undefined)
      rules.push(nullRule(`contract.${source}.${field}.nullFraction`, rule.severity, column, rule.nullFraction))
    if ('unique' in rule && rule.unique === true)
      rules.push(uniqueRule(`contract.${source}.${field}.unique`, rule.severity, column, dialect))
  }
  return rules
}

function ruleAdder(
  rules: ContractRule[],
  { source, field, severity }: { source: string; field: string; severity: 'error' | 'warn' },
) {
  return (name: string, broken: string, expected: string, example: string): void => {
    rules.push({
      name: `contract.${source}.${field}.${name}`,
      severity,
      expected,
      breach: `COUNT(*) FILTER (WHERE ${broken})`,
      example: `${example} FILTER (WHERE ${broken})`,
      allowed: 0,
      describe: (breach, rows) => `${count(breach)} of ${count(rows)} rows break it`,
    })
  }
}

function nullRule(name: string, severity: 'error' | 'warn', column: string, allowed: number): ContractRule {
  return {
    name,
    severity,
    expected: `at most ${percent(allowed)} without a value`,
    breach: `COUNT(*) FILTER (WHERE ${column} IS NULL) * 1e0 / NULLIF(COUNT(*), 0)`,
    example: 'NULL',
    allowed,
    describe: (breach) => `${percent(breach)} without a value`,
  }
}

function uniqueRule(name: string, severity: 'error' | 'warn', column: string, dialect: Dialect): ContractRule {
  return {
    name,
    severity,
    expected: 'no value twice',
    breach: dialect.cast(`COUNT(${column}) - COUNT(DISTINCT ${column})`, 'bigint'),
    example: 'NULL',
    allowed: 0,
    describe: (breach, rows) => `${count(breach)} of ${count(rows)} rows repeat a value`,
  }
}

function columnSql(field: string, dialect: Dialect): string {
  if (field === 'amount') return dialect.ratio('amount_cents', '100')
  if (field === 'quantity') return dialect.ratio('quantity_milli', '1000')
  return field === 'event_time' ? 'event_day' : field
}

const bound = (value: number | string, dialect: Dialect): string =>
  typeof value === 'number' ? dialect.number(value) : dialect.cast(dialect.text(value), 'date')

const count = (value: number): string => value.toLocaleString('en')
const percent = (fraction: number): string => `${Number((fraction * 100).toPrecision(3))} %`

/** One query for all rules of a source; null without rules. */
export function contractQuery(
  rules: readonly ContractRule[],
  events: string,
  source: string,
  dialect: Dialect,
): string | null {
  if (rules.length === 0) return null
  const items = rules.flatMap(({ breach, example }, at) => [`${breach} AS breach_${at}`, `${example} AS example_${at}`])
  return `SELECT COUNT(*) AS row_count, ${items.join(', ')} FROM ${events} WHERE source = ${dialect.text(source)}`
}

/** Checks the contract of one source over the events in use: one result per rule. */
export async function checkContract(
  session: SqlSession,
  events: string,
  { source, contract }: { readonly source: string; readonly contract: Contract },
): Promise<CheckResult[]> {
  const rules = contractRules(source, contract, session.dialect)
  const query = contractQuery(rules, events, source, session.dialect)
  if (query === null) return []
  const [row] = await session.rows(`contract_${source}`, query)
  return rules.map((rule, at) => result(rule, row!, at))
}

function result(rule: ContractRule, row: Row, at: number): CheckResult {
  const breach = Number(row[`breach_${at}`] ?? 0)
  const passed = breach <= rule.allowed
  const example: Value = row[`example_${at}`] ?? null
  const seen = rule.describe(breach, Number(row['row_count']))
  const observed = example === null || passed ? seen : `${seen}, e.g. ${JSON.stringify(example)}`
  return {
    name: rule.name,
    passed,
    severity: rule.severity,
    observed,
    expected: rule.expected,
    message: `${rule.name.replace(/^contract\.([^.]+)\./, 'sources.$1.contract.')}: ${passed ? 'holds' : observed}`,
  }
}
