import type { Random } from './random.ts'

/** What the machine gives a stage. */
export interface Resources {
  /** Threads for the engine and the kernels, >= 1. Results do not depend on it. */
  readonly threads: number
  readonly memoryBytes: number
}

/** Something to show or to log while work goes on. `name` is e.g. `fit/gbdt`; `done` of `total` drives a bar. */
export interface ProgressEvent {
  readonly name: string
  /** `start` and `done` of a stage; anything else is what it is busy with. */
  readonly message?: string
  /** The message is for people to keep, e.g. a failed check that does not stop the run. */
  readonly isWarning?: boolean
  readonly done?: number
  readonly total?: number
  readonly rows?: number
  readonly fields?: Readonly<Record<string, unknown>>
}

export type Emit = (event: ProgressEvent) => void

/** All that a stage may know of the world around it. Nothing else is ambient. */
export interface Surroundings {
  readonly random: Random
  readonly now: Date
  readonly signal: AbortSignal
  readonly emit: Emit
  readonly resources: Resources
}
