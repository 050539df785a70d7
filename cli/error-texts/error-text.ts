import type { FaultKind } from '../../core/errors.ts'

export interface ErrorText {
  /** The usual kind; it decides the exit code. */
  readonly kind: FaultKind
  /** What happened, in one or two sentences. */
  readonly summary: string
  /** What to do. */
  readonly remedy: string
}

export const text = (kind: FaultKind, summary: string, remedy: string): ErrorText => ({ kind, summary, remedy })
