import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { watchSignals } from '../../cli/signals.ts'

function fakeProcess(): { process: NodeJS.Process; exits: number[]; emitter: EventEmitter } {
  const emitter = new EventEmitter()
  const exits: number[] = []
  const process = Object.assign(emitter, { exit: (code: number) => exits.push(code) }) as unknown as NodeJS.Process
  return { process, exits, emitter }
}

describe('signals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('the first %s aborts and exits with %i in the end, the second at once', (signal, code) => {
    const { process, exits, emitter } = fakeProcess()
    const notes: string[] = []
    const watch = watchSignals(process, (text) => notes.push(text))
    expect([watch.signal.aborted, watch.exitCode()]).toEqual([false, null])
    emitter.emit(signal, signal)
    expect([watch.signal.aborted, watch.exitCode(), exits]).toEqual([true, code, []])
    expect(notes).toHaveLength(1)
    expect(String(watch.signal.reason)).toContain(signal)
    emitter.emit(signal, signal)
    expect(exits).toEqual([code])
  })

  it('after stop nobody listens any more', () => {
    const { process, emitter } = fakeProcess()
    watchSignals(process, () => undefined).stop()
    expect([emitter.listenerCount('SIGINT'), emitter.listenerCount('SIGTERM')]).toEqual([0, 0])
  })
})
