import type { FormulaName, MeasureFeature } from '../definition.ts'

/*
 * What the sweep does, as plain data: made once by `planSweep`, posted to the workers as it is. Days are day numbers
 * (since 1970-01-01), seconds are counted from the start of `baseDay`.
 */

/** A run of bits inside one 32-bit word of an event's record. */
export interface Field {
  readonly word: number
  readonly shift: number
  readonly bits: number
}

/**
 * An event as `words` 32-bit integers: word 0 is the second, word 1 begins with the user's place inside its bucket, the
 * rest is codes; then money and quantity, one word each, or two (low, high) where they pass 2^31.
 */
export interface RecordLayout {
  readonly words: number
  readonly user: Field
  /** Code 0: a type that nobody asks about. */
  readonly type: Field | null
  /** Code 0: none. */
  readonly category: Field | null
  readonly channel: Field | null
  /** Microsecond inside the second. */
  readonly micro: Field | null
  /** Index into `delaysDays`. */
  readonly delay: Field | null
  /** Days from the day on which it would be seen to the later one on which it was available. */
  readonly late: Field | null
  /** One bit per condition that the engine has to judge. */
  readonly flags: readonly Field[]
  readonly amount: number | null
  readonly quantity: number | null
  readonly isWide: boolean
}

/** How it is told whether an event meets a condition. */
export type ConditionCode =
  | { readonly by: 'all' }
  /** 1 where the event's type code meets it. */
  | { readonly by: 'type'; readonly hits: Uint8Array }
  /** Index into the layout's flags. */
  | { readonly by: 'flag'; readonly flag: number }

/** A stretch of seen days before the cutoff; `lookbackDays` null = from the beginning. */
export interface WindowCode {
  readonly lookbackDays: number | null
  readonly offsetDays: number
}

/** A measure; its value goes to the slot of its index. */
export interface MeasureCode {
  readonly feature: MeasureFeature
  readonly window: number
  readonly condition: number
  /** The condition that also asks for a value; only where money or quantity is measured. */
  readonly filled: number
}

/** A formula over earlier slots; its value goes to slot (number of measures + own index). */
export interface DerivedCode {
  readonly formula: FormulaName
  readonly from: readonly number[]
  readonly limit: number
  readonly whenEmpty: 'zero' | 'missing'
}

/** A column of the result. Categories hold code + 1 in their slot. */
export interface OutputCode {
  readonly name: string
  readonly slot: number
  readonly kind: 'number' | 'category'
}

/** A leaf of a target; conditions by index. */
export type LabelCode =
  | { readonly kind: 'no_event_in_window'; readonly condition: number }
  | { readonly kind: 'event_in_window'; readonly condition: number }
  | { readonly kind: 'churn_date'; readonly condition: number; readonly silenceDays: number }
  | { readonly kind: 'explicit'; readonly condition: number; readonly returns: number }

/** A target at a horizon. */
export interface PredictionCode {
  readonly gapDays: number
  readonly horizonDays: number
  /** Its leaves, by index into the spine's. */
  readonly labels: readonly number[]
  /** 1 where the cutoff of the program is closed for it; others are not judged. */
  readonly isClosed: Uint8Array
}

export interface SpineCode {
  /** Leaves of all targets, each once. */
  readonly labels: readonly LabelCode[]
  readonly predictions: readonly PredictionCode[]
  /** Null: any history. */
  readonly eligible: { readonly condition: number; readonly withinDays: number } | null
}

export interface SweepProgram {
  readonly mode: 'label' | 'score'
  readonly cutoffs: readonly number[]
  readonly delaysDays: readonly number[]
  readonly baseDay: number
  readonly layout: RecordLayout
  readonly conditions: readonly ConditionCode[]
  readonly windows: readonly WindowCode[]
  readonly measures: readonly MeasureCode[]
  readonly derived: readonly DerivedCode[]
  readonly outputs: readonly OutputCode[]
  /** Null: the spine is given. */
  readonly spine: SpineCode | null
  /** Natural logarithms of 0, 1, 2, ... as the engine has them; empty where no entropy is measured. */
  readonly logarithms: Float64Array
  /** Number of levels of each column. */
  readonly levels: { readonly category: number; readonly channel: number }
}

/**
 * What became of a user at a cutoff; from `example` on the pair is a row. Above `example` the user churned: status
 * `churned` + i is the i-th kind of churn.
 */
export const status = {
  unseen: 0,
  alreadyChurned: 1,
  inactive: 2,
  churnedInGap: 3,
  /** Stayed, or not labelled. */
  example: 4,
  churned: 5,
} as const
/** The sweep's own kinds of churn, ascending. */
export const churnKinds = ['active', 'passive'] as const
/** One more than the greatest status. */
export const statusCount = 16

/** Every cutoff knows a first stretch of the events: there is one delay, and none came late. */
export const knowsInOrder = ({ delaysDays, layout }: SweepProgram): boolean =>
  delaysDays.length === 1 && layout.late === null

/** Measures that tell moments inside one second apart. */
export const fineMeasures = new Set(['lastLevel', 'firstLevel', 'lastValue', 'sessions'])
