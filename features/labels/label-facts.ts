import type { Dialect } from '../../engines/dialect.ts'
import type { ChurnConfig, LeafLabel } from '../churn.ts'
import type { MadeTable, TableNames } from '../made-table.ts'
import type { ExamplePlan } from '../plan.ts'
import { contractMoments } from './contract.ts'
import { explicitMoments } from './explicit.ts'
import { factsOfMoments } from './moments.ts'
import { partialFacts } from './partial.ts'
import { silenceMoments } from './silence.ts'
import { windowEventFacts } from './window-event.ts'

/** What one label says of (cutoff c, user u): SQL conditions that are never NULL, over the joined relations; null = never. */
export interface LabelFacts {
  readonly tables: readonly MadeTable[]
  readonly joins: readonly string[]
  readonly already: string | null
  readonly inGap: string | null
  readonly churned: string | null
  /** Its churn is the user's own word. */
  readonly isActive: boolean
  /** Churned in the prediction window by the user's own will, or against it; null where the label does not tell. */
  readonly voluntary: string | null
  readonly involuntary: string | null
}

export interface LabelContext {
  readonly plan: ExamplePlan
  /** Target, gap and horizon that are meant: the plan's own, or one of its other predictions. */
  readonly churn: ChurnConfig
  readonly dialect: Dialect
  readonly table: TableNames
  /** Tells the tables of this label apart from those of others. */
  readonly label: string
  /** Tells the tables of this label and this prediction apart from all others. */
  readonly id: string
}

export const noFacts: LabelFacts = {
  tables: [],
  joins: [],
  already: null,
  inGap: null,
  churned: null,
  isActive: false,
  voluntary: null,
  involuntary: null,
}

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
