import type { AuditCheck } from '../../core/audit-artifacts.ts'
import type { DataFindings, Findings } from '../leakage.ts'
import { failed, passed, percent, unchecked, warned } from './verdict.ts'

/** What was found about single features: copies of the label, ids, values of today. `allow` names those that were looked at. */
export function judgeFeatures(findings: Findings, allow: readonly string[]): AuditCheck[] {
  const isAllowed = (feature: string): boolean => allow.includes(feature)
  return [
    ...labelCopies(findings, isAllowed),
    ...(findings.data === null ? [] : idLike(findings.data, isAllowed)),
    ...fixedAttributes(findings, isAllowed),
  ]
}

function labelCopies({ aucs }: Findings, isAllowed: (feature: string) => boolean): AuditCheck[] {
  const looksFor = 'one feature that gives the label away'
  const expected = 'one-feature AUC at most 0.95, never above 0.999'
  const suspects = aucs.filter(({ feature, auc }) => auc > 0.95 && !isAllowed(feature))
  if (suspects.length === 0) {
    const best = aucs.reduce((a, b) => (b.auc > a.auc ? b : a), { feature: 'none', auc: 0.5 })
    const observed = `at most ${best.auc.toFixed(4)}, of ${best.feature}`
    return [{ name: 'leakage', looksFor, ...passed(observed, expected, 'no feature alone gives the label away') }]
  }
  return suspects.map(({ feature, auc }) => {
    const isCopy = auc > 0.999
    const message = isCopy
      ? `feature "${feature}" alone ranks the label perfectly: a copy of it, or knowledge from after the cutoff`
      : `feature "${feature}" alone ranks the label almost perfectly: look at how it is made; audit.allow: [${feature}] once you have`
    const verdict = isCopy ? failed : warned
    return { name: `leakage.${feature}`, looksFor, ...verdict(`AUC ${auc.toFixed(4)}`, expected, message) }
  })
}

function idLike(
  { idLike: found, hasIdCandidates }: DataFindings,
  isAllowed: (feature: string) => boolean,
): AuditCheck[] {
  const looksFor = 'ids among the features'
  const expected = 'values that many users share'
  const suspects = found.filter(({ feature }) => !isAllowed(feature))
  if (suspects.length === 0) {
    const observed = hasIdCandidates
      ? 'no attribute and no text is nearly unique'
      : 'no attribute and no text among the features'
    return [{ name: 'leakage.ids', looksFor, ...passed(observed, expected, 'no feature tells users apart one by one') }]
  }
  return suspects.map(({ feature, why }) => ({
    name: `leakage.ids.${feature}`,
    looksFor,
    ...failed(why, expected, `feature "${feature}" looks like an id: drop it, or name it in audit.allow`),
  }))
}

function fixedAttributes(findings: Findings, isAllowed: (feature: string) => boolean): AuditCheck[] {
  const looksFor = 'values of today among attributes that are declared static'
  const expected = 'as much said of behaviour at early cutoffs as at the last'
  const { currentValues: found, hasFixed } = findings
  const name = 'leakage.current_values'
  if (!hasFixed)
    return [
      {
        name,
        looksFor,
        ...passed('no static attribute is used', expected, 'every attribute that is used has a history'),
      },
    ]
  if (found === null)
    return [
      {
        name,
        looksFor,
        ...unchecked(
          'too few cutoffs with 100 examples',
          expected,
          'needs 3 cutoffs to tell a fixed attribute from a current one',
        ),
      },
    ]
  const suspects = found.filter(({ attribute }) => !isAllowed(attribute))
  if (suspects.length === 0)
    return [
      {
        name,
        looksFor,
        ...passed('none describes the end of the log better', expected, 'static attributes behave as if fixed'),
      },
    ]
  return suspects.map(({ attribute, behaviour, early, late }) => ({
    name: `${name}.${attribute}`,
    looksFor,
    ...warned(
      `explains ${percent(early)} of ${behaviour} early, ${percent(late)} at the last cutoff`,
      expected,
      `attribute "${attribute}" is declared static but looks like its value of today, which old rows cannot know: give its table a validFrom, drop it, or name it in audit.allow`,
    ),
  }))
}
