import { parseCondition } from '../core/condition.ts'
import { EbbError } from '../core/errors.ts'
import { isZeroWhenEmpty } from './catalog/make.ts'
import type { UserFeature } from './config.ts'
import type { Feature } from './definition.ts'
import { eventScope } from './event-columns.ts'
import { formulaFault } from './formula.ts'
import { readRowSql } from './row-sql.ts'

/** The features of the config's `features.add`. Throws EbbError `config` with the place of the fault. */
export function userFeatures(add: Readonly<Record<string, UserFeature>>): readonly Feature[] {
  return Object.entries(add).map(([name, declared]) => userFeature(name, declared))
}

function userFeature(name: string, declared: UserFeature): Feature {
  const where = `features.add.${name}`
  if (declared.kind === 'derived') {
    const wrong = formulaFault(declared)
    if (wrong !== null) throw new EbbError({ code: 'FEATURE_INVALID', kind: 'config', where, what: wrong })
    return { ...declared, name, whenEmpty: 'missing' }
  }
  if (declared.lookbackDays === 'lifetime' && declared.offsetDays > 0)
    throw new EbbError({ code: 'FEATURE_INVALID', kind: 'config', where, what: 'offsetDays needs a lookback in days' })
  if (declared.kind === 'rowSql') {
    readRowSql(declared.expression, `${where}.expression`)
    return { ...declared, name }
  }
  const { where: text, ...rest } = declared
  const condition =
    text === undefined ? {} : { where: parseCondition(text, { known: eventScope, where: `${where}.where` }) }
  return { ...rest, ...condition, name, whenEmpty: isZeroWhenEmpty(declared) ? 'zero' : 'missing' } as Feature
}
