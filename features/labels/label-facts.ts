import type { LeafLabel } from '../churn.ts'
import { contractMoments } from './contract.ts'
import { explicitMoments } from './explicit.ts'
import type { LabelContext, LabelFacts } from './facts.ts'
import { factsOfMoments } from './moments.ts'
import { partialFacts } from './partial.ts'
import { silenceMoments } from './silence.ts'
import { windowEventFacts } from './window-event.ts'

/** What the label says, by its kind; the meanings stand at the top of `features/label.ts`. */
export function labelFacts(context: LabelContext, leaf: LeafLabel): LabelFacts {
  switch (leaf.kind) {
    case 'no_event_in_window':
    case 'event_in_window':
      return windowEventFacts(context, leaf)
    case 'partial':
      return partialFacts(context, leaf)
    case 'churn_date':
      return factsOfMoments(context, {
        select: silenceMoments(context, leaf),
        isActive: false,
        tellsWill: false,
        // What is known late can make a silence that was none: seen as churned by the cutoff, but no churn.
        canBeFalse: context.plan.relations.hasAvailableDay === true,
      })
    case 'explicit': {
      const tellsWill = leaf.involuntaryEvents !== undefined
      return factsOfMoments(context, { select: explicitMoments(context, leaf), isActive: true, tellsWill })
    }
    case 'contract': {
      const tellsWill = leaf.involuntary !== undefined
      return factsOfMoments(context, { select: contractMoments(context, leaf), isActive: true, tellsWill })
    }
  }
}
