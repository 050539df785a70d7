import type { FeaturePlan, Preparation } from './plan.ts'

/** What a coefficient belongs to, for people. */
export interface TermDescription {
  readonly term: string
  readonly feature: string
  /** What the coefficient is per, after dividing it by `divisor`. */
  readonly per: string
  /** 1 for standardised numbers; the scale of a 0/1 term, so that its coefficient reads "1 against 0". */
  readonly divisor: number
}

/** One entry per term, in the order of the preparation. */
export function describeTerms({ features }: Preparation): TermDescription[] {
  return features.flatMap(describePlan)
}

function describePlan(plan: FeaturePlan): TermDescription[] {
  const { feature } = plan
  if (plan.kind === 'category')
    return plan.terms.map(({ kind, level, scale }) => {
      const value = kind === 'level' ? `"${level}"` : kind === 'pooled' ? 'a rare or unseen level' : 'missing'
      return { term: `${feature} = ${value}`, feature, per: `1 if ${feature} is ${value}, else 0`, divisor: scale }
    })
  const name = plan.log ? `log1p(${feature})` : feature
  return plan.terms.map((term) => {
    if (term.kind === 'missing')
      return { term: `${feature} missing`, feature, per: `1 if ${feature} is missing, else 0`, divisor: term.scale }
    if (term.kind === 'value') return { term: name, feature, per: `1 SD of ${name}`, divisor: 1 }
    const label = term.kind === 'square' ? `square of centred ${name}` : `spline ${term.piece + 1} of ${name}`
    return { term: label, feature, per: `1 SD of ${label}`, divisor: 1 }
  })
}
