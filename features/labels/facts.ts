import type { Dialect } from '../../engines/dialect.ts'
import type { ChurnConfig } from '../churn.ts'
import type { MadeTable, TableNames } from '../made-table.ts'
import type { ExamplePlan } from '../plan.ts'

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
