import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, dayNumber, parseDay } from '../../core/day.ts'
import { EbbError } from '../../core/errors.ts'
import { assertPurged, purgeViolations } from '../../evaluation/assert-purged.ts'
import { parts, planSplit, splitSchema } from '../../evaluation/split.ts'
import { userFold, userFoldsOf, userHash } from '../../evaluation/user-fold.ts'

const start = parseDay('2025-01-01')
const every = (days: number, count: number) => Array.from({ length: count }, (_, i) => addDays(start, i * days))
const spec = (given: unknown = {}) => splitSchema.parse(given)
const windows = { gapDays: 0, horizonDays: 30, delayDays: 0 }

describe('planSplit', () => {
  it('cutoffs 30 days apart, horizon 30: nothing to purge, the last three are calibrate, select and test', () => {
    const cutoffs = every(30, 6)
    const plan = planSplit({ cutoffs, ...windows, spec: spec() })
    expect(plan.mode).toBe('cutoffs')
    expect(plan.parts).toEqual({
      train: cutoffs.slice(0, 3),
      calibrate: [cutoffs[3]],
      select: [cutoffs[4]],
      test: [cutoffs[5]],
    })
    expect(plan.purged).toEqual([])
    expect(plan.explanation).toContain('nothing had to be purged')
    assertPurged(plan)
  })

  it('one more day of gap, delay or embargo purges a cutoff at each of the three borders', () => {
    const cutoffs = every(30, 8)
    for (const change of [{ gapDays: 1 }, { delayDays: 1 }, { spec: spec({ embargoDays: 1 }) }]) {
      const plan = planSplit({ cutoffs, ...windows, spec: spec(), ...change })
      expect(plan.purged.map((one) => one.cutoff)).toEqual([cutoffs[2], cutoffs[4], cutoffs[6]])
      expect(plan.parts.train).toEqual(cutoffs.slice(0, 2))
      expect(plan.purged[2]!.reason).toBe(`its labels are not known by ${cutoffs[7]}, where test begins`)
    }
  })

  it('CDNOW: horizon 181 leaves no room for four parts, so calibrate and select are user folds and test is out of time', () => {
    const cutoffs = ['1997-07-04', '1997-08-01', '1998-01-01'].map((text) => parseDay(text))
    const plan = planSplit({
      cutoffs,
      gapDays: 0,
      horizonDays: 181,
      delayDays: 0,
      spec: spec({ test: ['1998-01-01'] }),
    })
    expect(plan.mode).toBe('user_folds')
    expect(plan.parts.train).toEqual(['1997-07-04'])
    expect(plan.parts.select).toEqual(plan.parts.train)
    expect(plan.parts.test).toEqual(['1998-01-01'])
    expect(plan.purged).toEqual([{ cutoff: '1997-08-01', reason: expect.stringContaining('1998-01-01') as string }])
    expect(plan.folds!.parts).toHaveLength(20)
    expect(plan.explanation).toContain('no room for four parts')
    expect(plan.explanation).toContain('(60 %, 20 %, 20 %)')
    assertPurged(plan)
  })

  it('never breaks the purge rule, whatever the schedule, and accounts for every cutoff', () => {
    const schedules = fc.record({
      gaps: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 }),
      gapDays: fc.integer({ min: 0, max: 10 }),
      horizonDays: fc.integer({ min: 1, max: 60 }),
      delayDays: fc.integer({ min: 0, max: 3 }),
      test: fc.integer({ min: 1, max: 3 }),
      mode: fc.constantFrom('auto', 'cutoffs', 'user_folds'),
    })
    fc.assert(
      fc.property(schedules, ({ gaps, test, mode, ...days }) => {
        let at = dayNumber(start)
        const cutoffs = gaps.map((gap) => addDays(start, (at += gap) - dayNumber(start)))
        let plan
        try {
          plan = planSplit({ cutoffs, ...days, spec: spec({ test, mode }) })
        } catch (error) {
          expect(error).toBeInstanceOf(EbbError)
          expect((error as EbbError).kind).toBe('data')
          return
        }
        expect(purgeViolations(plan)).toEqual([])
        const used = new Set([...parts.flatMap((part) => plan.parts[part]), ...plan.purged.map((one) => one.cutoff)])
        expect([...used].sort()).toEqual(cutoffs)
      }),
      { numRuns: 300, seed: 1 },
    )
  })

  it('numbers for train keep the latest n', () => {
    const cutoffs = every(30, 6)
    expect(planSplit({ cutoffs, ...windows, spec: spec({ train: 2 }) }).parts.train).toEqual(cutoffs.slice(1, 3))
  })

  it('says in one line when even user folds find no room: kind data', () => {
    const error = thrown(() => planSplit({ cutoffs: every(7, 3), ...windows, spec: spec() }))
    expect(error.kind).toBe('data')
    expect(error.message).toBe(
      'split: no training cutoff whose labels are known by the first test cutoff, expected cutoffs 30 days (gap + horizon + ' +
        'delay + embargo) apart between parts, got 3 from 2025-01-01 to 2025-01-15; shorten the horizon, take more or ' +
        'earlier cutoffs, or use split.mode auto',
    )
    expect(thrown(() => planSplit({ cutoffs: [], ...windows, spec: spec() })).message).toContain('no closed cutoff')
  })

  it('lists in the config that leave no room, or name other days, are config errors', () => {
    const cutoffs = every(30, 6)
    const overlapping = spec({ test: [cutoffs[5]], select: [cutoffs[4]], calibrate: [cutoffs[4]] })
    expect(thrown(() => planSplit({ cutoffs, ...windows, spec: overlapping })).kind).toBe('config')
    const unknown = thrown(() => planSplit({ cutoffs, ...windows, spec: spec({ test: ['2025-02-02'] }) }))
    expect(unknown.kind).toBe('config')
    expect(unknown.message).toContain('split.test: names days that are not closed cutoffs')
    expect(unknown.message).toContain('got 2025-02-02')
  })

  it('mode cutoffs does not fall back', () => {
    const input = { cutoffs: every(30, 3), ...windows }
    expect(thrown(() => planSplit({ ...input, spec: spec({ mode: 'cutoffs' }) })).message).toContain(
      'no room for train',
    )
    expect(planSplit({ ...input, spec: spec() }).mode).toBe('user_folds')
  })
})

describe('assertPurged', () => {
  const plan = planSplit({ cutoffs: every(30, 6), ...windows, spec: spec() })
  it('fails a plan in which one label reaches one day into test', () => {
    const late = { ...plan, parts: { ...plan.parts, test: [addDays(plan.parts.test[0]!, -1)] } }
    const error = thrown(() => assertPurged(late))
    expect(error.kind).toBe('leakage')
    expect(error.message).toContain('labels of select reach 1 days into test')
  })
  it('fails an empty part and user folds that forget a part', () => {
    expect(purgeViolations({ ...plan, parts: { ...plan.parts, calibrate: [] } })).toContain('calibrate has no cutoff')
    const folds = { count: 1, salt: 's', parts: ['train'] as const }
    expect(purgeViolations({ ...plan, mode: 'user_folds', folds })).toContain(
      'user folds do not cover train, calibrate and select',
    )
  })
})

describe('splitSchema', () => {
  it('fills the defaults: one cutoff each, the rest for training', () => {
    expect(spec()).toEqual({
      mode: 'auto',
      test: 1,
      select: 1,
      calibrate: 1,
      train: 'rest',
      embargoDays: 0,
      userFolds: { train: 12, calibrate: 4, select: 4, salt: 'split' },
    })
  })
  it('refuses a random split and says why', () => {
    const result = splitSchema.safeParse({ mode: 'random' })
    expect(result.error!.issues[0]!.message).toContain(
      'a random split puts rows of one user and one time on both sides',
    )
  })
  it('refuses 0 cutoffs, unknown keys and days of another form', () => {
    for (const wrong of [{ test: 0 }, { tests: 1 }, { test: ['01.01.1998'] }])
      expect(splitSchema.safeParse(wrong).success).toBe(false)
  })
})

describe('userFold', () => {
  it('is the same for ever: user "42", salt "split" stands at 0.2175742646 (as Python\'s hashlib says)', () => {
    expect(userHash('42', 'split')).toBe(0.2175742646276395)
  })
  it('spreads 10,000 users over 5 folds within 4 SD of 2,000 each, and another salt spreads them otherwise', () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => `user-${i}`)
    const folds = userFoldsOf(ids, 5, 'a')
    for (let fold = 0; fold < 5; fold++) {
      const size = folds.filter((one) => one === fold).length
      expect(Math.abs(size - 2000)).toBeLessThan(4 * Math.sqrt(10_000 * 0.2 * 0.8))
    }
    const agree = userFoldsOf(ids, 5, 'b').filter((fold, i) => fold === folds[i]).length
    expect(Math.abs(agree - 2000)).toBeLessThan(4 * Math.sqrt(10_000 * 0.2 * 0.8))
  })
  it('refuses 0 folds', () => {
    expect(() => userFold('a', 0, '')).toThrow('folds must be in [1, inf), got 0')
  })
})

function thrown(run: () => unknown): EbbError {
  try {
    run()
  } catch (error) {
    return error as EbbError
  }
  throw new Error('expected an error')
}
