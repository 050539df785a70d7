import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createProgress } from '../../cli/progress.ts'
import { fakeTerminal } from './fake-terminal.ts'

const done = { name: 'extract', message: 'done', rows: 69659, fields: { ms: 1234 } }

describe('progress where there is no terminal', () => {
  it('is one plain line per finished stage', () => {
    const { terminal, stderr, stdout } = fakeTerminal()
    const { emit, stop } = createProgress(terminal, () => 0)
    emit({ name: 'extract', message: 'start' })
    emit(done)
    stop()
    expect(stderr()).toBe('✓ extract                       1.2 s  69,659 rows\n')
    expect(stdout()).toBe('')
  })

  it('says every 15 seconds that a long stage goes on', () => {
    const { terminal, stderr } = fakeTerminal()
    let now = 0
    const { emit } = createProgress(terminal, () => now)
    for (now = 1_000; now <= 31_000; now += 1_000) emit({ name: 'fit/boosted', done: now / 1_000, total: 100 })
    expect(stderr()).toBe('  fit/boosted 15 %, 15.0 s so far\n  fit/boosted 30 %, 30.0 s so far\n')
  })

  it('keeps warnings', () => {
    const { terminal, stderr } = fakeTerminal()
    createProgress(terminal, () => 0).emit({ name: 'calibration', message: 'ECE 0.06', isWarning: true })
    expect(stderr()).toBe('! calibration: ECE 0.06\n')
  })

  it('is silent with --json', () => {
    const { terminal, stderr } = fakeTerminal({ isJson: true })
    createProgress(terminal, () => 0).emit(done)
    expect(stderr()).toBe('')
  })
})

describe('progress on a terminal', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
  afterEach(() => vi.useRealTimers())

  it('draws a bar within the width, ten times a second, and takes it away at the end', () => {
    const { terminal, stderr } = fakeTerminal({ isTty: true, env: { NO_COLOR: '1' } })
    let now = 0
    const { emit, stop } = createProgress(terminal, () => now)
    emit({ name: 'fit/boosted', done: 50, total: 200 })
    now = 2_500
    vi.advanceTimersByTime(100)
    const drawn = stderr().split('\u001B[K').at(-1)!
    expect(drawn).toBe('⠙ fit/boosted              ██████░░░░░░░░░░░░░░░░░░ 50/200 2.5 s')
    expect(drawn.length).toBeLessThan(80)
    stop()
    expect(stderr().endsWith('\r\u001B[K')).toBe(true)
    const before = stderr()
    vi.advanceTimersByTime(1_000)
    expect(stderr()).toBe(before)
  })

  it('fits any terminal, however long the name', () => {
    for (const columns of [40, 60, 80, 200]) {
      const { terminal, stderr } = fakeTerminal({ isTty: true, env: { NO_COLOR: '1' }, columns })
      const { emit, stop } = createProgress(terminal, () => 0)
      emit({ name: 'importance/a-model-with-a-very-long-name', done: 123_456, total: 9_999_999 })
      vi.advanceTimersByTime(100)
      expect(stderr().split('\u001B[K').at(-1)!.length).toBeLessThan(columns)
      stop()
    }
  })

  it('two fits at a time keep their own clocks; a finished stage clears what ran inside it', () => {
    const { terminal, stderr } = fakeTerminal({ isTty: true, env: { NO_COLOR: '1' } })
    let now = 0
    const { emit, stop } = createProgress(terminal, () => now)
    const last = () => stderr().split('\u001B[K').at(-1)!
    emit({ name: 'fit/a', done: 1, total: 2 })
    now = 3_000
    emit({ name: 'fit/b', done: 1, total: 2 })
    now = 4_000
    emit({ name: 'fit/a', done: 2, total: 2 })
    vi.advanceTimersByTime(100)
    expect(last()).toMatch(/fit\/a .* 4\.0 s$/)
    emit({ name: 'fit', message: 'done', fields: { ms: 4_000 } })
    const length = stderr().length
    vi.advanceTimersByTime(500)
    expect(stderr().length).toBe(length)
    emit({ name: 'fit/a' })
    vi.advanceTimersByTime(100)
    expect(last()).toMatch(/0 ms$/)
    stop()
  })
})
