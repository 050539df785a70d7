/**
 * An AbortSignal whose `aborted` reads one Int32 of shared memory: a worker busy in a loop receives no messages, but it
 * sees the flag between two iterations. Events never fire; loops poll.
 */
export function sharedSignal(cancelled: Int32Array): AbortSignal {
  const isAborted = (): boolean => Atomics.load(cancelled, 0) !== 0
  const signal: AbortSignal = Object.create(AbortSignal.prototype, {
    aborted: { get: isAborted },
    reason: { get: () => (isAborted() ? new DOMException('The job was stopped', 'AbortError') : undefined) },
    throwIfAborted: {
      value: () => {
        if (isAborted()) throw new DOMException('The job was stopped', 'AbortError')
      },
    },
    addEventListener: { value: () => undefined },
    removeEventListener: { value: () => undefined },
  })
  return signal
}
