import { parseCondition } from '../../core/condition.ts'
import type { ConditionType } from '../../core/condition.ts'
import { didYouMean } from '../../core/did-you-mean.ts'
import { EbbError } from '../../core/errors.ts'
import type { SelectedFeatures } from '../../features/catalog.ts'
import type { SoundSections } from '../sound-sections.ts'
import type { Finding } from '../fault-at.ts'
import { possibleFeatures } from '../possible-features.ts'

/** Features exist that are dropped, that own ones are made of, and that models name. */
export function knownFeatures({ features, attributes, churn, models }: SoundSections): Finding[] {
  if (features === undefined || attributes === undefined) return []
  const selected = attempt(() => possibleFeatures({ features, attributes, churn }))
  if ('fault' in selected) return placed(selected.fault, features)
  const names = [...selected.value.features, ...selected.value.supporting].map(({ name }) => name)
  return Object.entries(models ?? {}).flatMap(([name, model]) => {
    const path = ['models', name]
    if (model.kind === 'rule') return unreadableRule([...path, 'when'], model.when, selected.value)
    if (!('feature' in model) || names.includes(model.feature)) return []
    const meant = didYouMean(model.feature, names)
    const hint = meant === null ? 'ebb features CONFIG lists them' : `did you mean "${meant}"?`
    return [{ code: 'CONFIG_FEATURE', path: [...path, 'feature'], what: `no feature named "${model.feature}"`, hint }]
  })
}

function unreadableRule(path: readonly PropertyKey[], text: string, selected: SelectedFeatures): Finding[] {
  const known: Record<string, ConditionType> = {}
  for (const { name } of selected.features) known[name] = 'any'
  const parsed = attempt(() => parseCondition(text, { known, where: path.map(String).join('.') }))
  if (!('fault' in parsed)) return []
  const { what, expected, received, hint } = parsed.fault.details
  return [{ code: 'CONFIG_CONDITION', path, what, expected, received, hint }]
}

/** The fault at the key that it speaks of: `features.drop[1]`, `features.trends[0]`, `features.life.NAME`, `features.add.NAME…`, `feature "NAME"`. */
function placed({ details }: EbbError, features: NonNullable<SoundSections['features']>): Finding[] {
  const { what, expected, received, hint, where } = details
  // Told by the check of conditions, at the condition itself.
  if (/^features\.add\.\w+\.(where|expression)/.test(where)) return []
  const own = /^feature "(\w+)"/.exec(where)?.[1] ?? /^features\.add\.(\w+)/.exec(where)?.[1]
  const listed = /^features\.(drop|trends)\[(\d+)\]/.exec(where)
  const path = own !== undefined && own in features.add ? ['features', 'add', own] : ['features']
  const living = /^features\.life\.(.+)/.exec(where)?.[1]
  const named = living === undefined ? path : ['features', 'life', living]
  const at = listed === null ? named : ['features', listed[1]!, Number(listed[2])]
  return [{ code: 'CONFIG_FEATURE', path: at, what, expected, received, hint }]
}

function attempt<T>(work: () => T): { value: T } | { fault: EbbError } {
  try {
    return { value: work() }
  } catch (error) {
    if (error instanceof EbbError) return { fault: error }
    throw error
  }
}
