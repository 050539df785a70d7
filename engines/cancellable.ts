/** Work that a signal ends early; the promise then rejects with the signal's reason. */
export interface Cancellable {
  readonly signal?: AbortSignal
}
