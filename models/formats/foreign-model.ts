/**
 * A tree model as another program wrote it, in terms that its formats share. What a row scores is `base` + the sum over
 * trees of its leaf's value: log-odds where the link is logistic, P(churn) where it is identity.
 */
export interface ForeignModel {
  readonly source: 'lightgbm' | 'xgboost'
  /** As the file says, e.g. `v4` or `3.2.0`. */
  readonly version: string
  readonly objective: string
  readonly link: 'logistic' | 'identity'
  readonly features: readonly ForeignFeature[]
  readonly base: number
  readonly trees: readonly ForeignTree[]
  /** What people should know, e.g. that trees after the best iteration were left out. */
  readonly notes: readonly string[]
}

/** `codes`: the file knows categories by number alone, so level k is called `k`; else level `levels[k]` has code k. */
export type ForeignFeature =
  | { readonly name: string; readonly kind: 'number' }
  | { readonly name: string; readonly kind: 'category'; readonly levels: readonly string[] | 'codes' }

/** Child c >= 0 is node c, c < 0 is leaf ~c; node 0 is the root, a tree without nodes is leaf 0. */
export interface ForeignTree {
  readonly nodes: readonly ForeignNode[]
  /** By leaf. */
  readonly values: Float64Array
  /** By leaf: training rows, or what the program counts in their place; only their shares matter. */
  readonly rows: Float64Array
}

export interface ForeignNode {
  readonly feature: number
  readonly left: number
  readonly right: number
  readonly test: ThresholdTest | SetTest
}

/** A value <= `atMost` (a float32; NaN: no value is) goes left. */
export interface ThresholdTest {
  readonly kind: 'threshold'
  readonly atMost: number
  readonly missingLeft: boolean
  /** |value| <= 1e-35 goes where missing values go. */
  readonly zeroIsMissing: boolean
}

/** Codes of the set go to one side, all others, unseen ones too, to the other; missing values as said. */
export interface SetTest {
  readonly kind: 'set'
  readonly codes: readonly number[]
  readonly membersLeft: boolean
  readonly missingLeft: boolean
}

/** What the file does not say, or what the caller knows better. */
export interface ForeignOptions {
  /** Names of levels by feature and code, for files that know categories by number alone. */
  readonly levels?: Readonly<Record<string, readonly string[]>>
  /** Trees are read up to this iteration; default: the best one where the file names it, else all. */
  readonly iterations?: number
  /** Name in the file -> name of the column, where they differ. */
  readonly names?: Readonly<Record<string, string>>
}
