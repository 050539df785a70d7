/** What one run of one side told of itself. */
export interface Measurement {
  readonly seconds: number
  /** Memory that the measured work added at its peak, in MB of 10^6 bytes. */
  readonly peakMb: number
  readonly quality: Readonly<Record<string, number>>
  /** A file with what was computed, where both sides are compared value by value. */
  readonly output?: string
}

/** One comparison: the same work, by us and by a named peer. */
export interface BenchCase {
  readonly name: string
  readonly rows: number
  readonly columns: number
  readonly threads: number
  readonly peer: { readonly name: string; readonly version: string }
  /** Why the case cannot run here: what is not there. */
  readonly absent?: string | undefined
  /** Makes what both sides read; not timed. */
  prepare(): Promise<void>
  /** One run in a process of its own. */
  ours(): Promise<Measurement>
  theirs(): Promise<Measurement>
  /** What the comparison of both sides' last outputs says, e.g. an interval of a difference. */
  compare?(ours: Measurement, theirs: Measurement): Promise<Readonly<Record<string, number>>>
}

export interface CaseResult {
  readonly name: string
  readonly rows: number
  readonly columns: number
  readonly threads: number
  readonly runs: number
  readonly ours: Summary
  readonly peer: Summary & { readonly name: string; readonly version: string }
  /** Ours / theirs, of the medians. */
  readonly ratio: number
  /** Least and greatest ratio of the paired runs. */
  readonly ratioRange: readonly [number, number]
  readonly memoryRatio: number
  readonly comparison: Readonly<Record<string, number>>
}

export interface Summary {
  readonly medianS: number
  readonly peakMb: number
  readonly quality: Readonly<Record<string, number>>
}
