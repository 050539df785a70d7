/** The document of `ebb analyze definition` (definition.json), as types: `cohorts` makes it, `reports` and `cli` show it. */

/** A share with its 95 % interval. */
export interface ShareWithInterval {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** What is known of users who have been silent for `silenceDays` days. */
export interface ReturnPoint {
  readonly silenceDays: number
  /** Silences that were seen to last so long. */
  readonly silences: number
  /** P(no return in the first `silenceDays` days after an active day): Kaplan-Meier. */
  readonly stillAway: number
  /** P(returns within the next horizon | silent so long); null where the log is too short to tell. */
  readonly backWithinHorizon: ShareWithInterval | null
  /** The same within the follow-up: of those called churned, who comes back after all. */
  readonly backWithinFollowUp: ShareWithInterval | null
}

/** Churn rate over cutoffs, were churn defined by so many silent days. */
export interface DefinitionRate {
  readonly silenceDays: number
  readonly cutoffs: number
  /** Mean over cutoffs of churned / eligible: completing the silence inside the horizon / active within it before. */
  readonly rate: number
  /** Sample standard deviation over the cutoffs. */
  readonly sd: number
  /** sd / rate: how much the rate wavers from cutoff to cutoff. */
  readonly variation: number
  readonly low: number
  readonly high: number
}

export interface DefinitionSegment {
  /** `all`, `value_tier`, `lifecycle_stage` or `channel`. */
  readonly segment: string
  readonly level: string
  readonly users: number
  readonly silences: number
  readonly returns: number
  readonly curve: readonly ReturnPoint[]
  /** By the same rule; null where no length of silence meets it. */
  readonly recommendedDays: number | null
}

export interface DefinitionLab {
  readonly schemaVersion: 1
  readonly experiment: string
  /** Event types that end a silence. */
  readonly events: readonly string[]
  readonly dataStart: string
  readonly dataEnd: string
  readonly horizonDays: number
  readonly followUpDays: number
  /** The chance to return below which a user counts as lost. */
  readonly threshold: number
  /** What the config says now; null where it names no number of silent days. */
  readonly configuredDays: number | null
  readonly recommended: { readonly silenceDays: number | null; readonly reason: string }
  /** Days within which 90 % of the returns happened; null without returns. */
  readonly usualReturnDays: number | null
  /** `all` first. */
  readonly segments: readonly DefinitionSegment[]
  readonly rates: readonly DefinitionRate[]
}
