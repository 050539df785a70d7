import type { Day } from '../core/day.ts'
import type { Dialect } from '../engines/dialect.ts'
import type { ParquetParts } from '../engines/engine.ts'
import type { ChurnConfig } from './churn.ts'
import type { Feature } from './definition.ts'

/** What `extract` left in the engine; the shape of `data/event-table.ts`'s ExtractedRelations. */
export interface PlanRelations {
  readonly events: string
  readonly users: string
  readonly attributes: readonly PlanAttribute[]
  /** `events` has a column available_day DATE: the row is known at cutoffs after it (NULL: with its seen day). Default false. */
  readonly hasAvailableDay?: boolean
}

export interface PlanAttribute {
  readonly name: string
  readonly relation: string
  readonly columns: readonly { readonly name: string; readonly type: 'category' | 'number' | 'day' }[]
  readonly isHistory: boolean
}

/** Distinct non-null values in the data, ascending by code point. */
export interface Levels {
  readonly category: readonly string[]
  readonly channel: readonly string[]
}

/** An extra output column made of features, e.g. the lifecycle stage of `cohorts`. */
export interface ContextColumn {
  readonly name: string
  readonly kind: 'number' | 'category'
  /** Measured for this column only; names are private to it (the compiler adds them if they are not in the plan). */
  readonly features: readonly Feature[]
  /** SQL over the named features. */
  expression(column: (name: string) => string, dialect: Dialect): string
  /** The same of the values of `features`, in their order, NaN = missing; absent: the sweep leaves the column to SQL. */
  readonly value?: ContextValue
}

/** A column that is just its one feature, or one of a few levels by number. */
export type ContextValue =
  | 'feature'
  | { readonly levels: readonly string[]; level(values: readonly number[]): number }
  /** A constant. */
  | null

/** Everything that makes examples, as data. Training: `mode: 'label'`; scoring: no label, and one cutoff, the as-of day (the audit: several). */
export interface ExamplePlan {
  readonly mode: 'label' | 'score'
  readonly relations: PlanRelations
  /** Distinct, ascending, at least one. */
  readonly cutoffs: readonly Day[]
  /** Events at or after this day are not used. */
  readonly dataEnd: Day
  /** Distinct `delay_days` of the sources, e.g. [0, 2]; not empty. */
  readonly delaysDays: readonly number[]
  readonly churn: ChurnConfig
  /** Output columns, in this order; `fitted` ones are left to `pipelines`, their inputs are emitted with role `input`. */
  readonly features: readonly Feature[]
  /** Features that others are made of and that are not output themselves. */
  readonly supporting: readonly Feature[]
  readonly levels: Levels
  /** Event types that are purchases, for `value_recent`; empty: no money in the data. */
  readonly purchaseTypes: readonly string[]
  readonly context: readonly ContextColumn[]
  /** Default true: `value_recent` and `channel_recent` are context columns as well. */
  readonly hasBuiltInContext?: boolean
  /** Relation (cutoff, user_index, label, churn_kind) of the examples where they are known already; then `predictions` is empty. */
  readonly spine?: string
  /** The plan is about users from this index on; default 0. Its relations hold no others. */
  readonly firstUser?: number
  /** Prefix of the session tables; default `ebb_`. */
  readonly prefix?: string
}

export interface NamedSql {
  /** File name for the run's `sql/` folder, e.g. `04-events-by-segment`. */
  readonly name: string
  readonly sql: string
}

export interface OutputColumn {
  readonly name: string
  readonly kind: 'number' | 'category'
  readonly role: 'key' | 'label' | 'context' | 'feature' | 'input'
}

/** One target and horizon: where its labels stand, and who they are about. */
export interface Prediction {
  readonly target: string
  readonly horizonDays: number
  /** Cutoffs of the plan that are closed for it; when scoring, all. */
  readonly cutoffs: readonly Day[]
  readonly columns: {
    /** 0, 1, or NULL where the row is no example of this prediction. */
    readonly label: string
    /** Null where the row is no example, or did not churn. */
    readonly churnKind: string
    /** 1 where the row is an example of this prediction, else 0; null: every row is. */
    readonly isExample: string | null
    /** Visible spend in as many days as the horizon has. */
    readonly recentValue: string
  }
  /**
   * One row per closed cutoff, ascending: cutoff DATE and BIGINT counts users, eligible, ineligible, already_churned,
   * churned_in_gap, churned, active_churned, passive_churned, and voluntary_churned, involuntary_churned where a label
   * tells.
   */
  readonly populationSelect: string
  /** Scoring as of one day only: user_index INTEGER, reason VARCHAR, ordered by user_index. */
  readonly excludedSelect: string | null
}

export interface CompiledExamples {
  /** In order; each is one statement. */
  readonly statements: readonly NamedSql[]
  /** One row per (user_index, cutoff), ordered by cutoff, user_index; columns as in `columns`. */
  readonly select: string
  /** The rows of `select` as files, where they were made slice by slice of users: by user, in a file by cutoff. */
  readonly parts?: ParquetParts
  readonly columns: readonly OutputColumn[]
  /** What is predicted, one entry per (target, horizon), the config's own target and horizon first. */
  readonly predictions: readonly Prediction[]
  /** Of the first prediction; empty where the spine was given. */
  readonly populationSelect: string
  /** Of the first prediction. */
  readonly excludedSelect: string | null
  /** Removes the session tables. */
  readonly cleanup: readonly string[]
}
