/** Which signal stopped us, and what aborts when it comes. */
export interface SignalWatch {
  readonly signal: AbortSignal
  /** 130 or 143 once a signal came; null before. */
  exitCode(): number | null
  stop(): void
}

const codes = { SIGINT: 130, SIGTERM: 143 } as const

/** The first SIGINT or SIGTERM aborts (work stops at its next safe point), the second ends the process at once. */
export function watchSignals(process: NodeJS.Process, note: (text: string) => void): SignalWatch {
  const controller = new AbortController()
  let received: keyof typeof codes | null = null
  const onSignal = (name: NodeJS.Signals): void => {
    const signal = name as keyof typeof codes
    if (received !== null) process.exit(codes[signal])
    received = signal
    note(
      signal === 'SIGINT'
        ? 'stopping at the next safe point; Ctrl-C again stops at once'
        : 'stopping at the next safe point',
    )
    controller.abort(new DOMException(`stopped by ${signal}`, 'AbortError'))
  }
  for (const signal of Object.keys(codes)) process.on(signal, onSignal)
  return {
    signal: controller.signal,
    exitCode: () => (received === null ? null : codes[received]),
    stop: () => Object.keys(codes).forEach((signal) => process.off(signal, onSignal)),
  }
}
