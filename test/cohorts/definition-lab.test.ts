import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LifeTable, returnCurve, survivalInterval } from '../../cohorts/definition/life-table.ts'
import { followUpFor, labLengths } from '../../cohorts/definition/lengths.ts'
import { recommend } from '../../cohorts/definition/recommend.ts'
import { influenceTable, returnChance } from '../../cohorts/definition/return-chance.ts'
import { silencesSelect } from '../../cohorts/definition/silence-sql.ts'
import { definitionLab, type DefinitionLabInput } from '../../cohorts/definition-lab.ts'
import { addDays, parseDay } from '../../core/day.ts'
import type { DefinitionLab, ReturnPoint } from '../../core/definition-lab.ts'
import { createRandom } from '../../core/random.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine } from '../../engines/engine.ts'
import { sparkDialect } from '../../engines/spark/dialect.ts'

interface Silence {
  readonly user: number
  readonly at: number
  readonly days: number
  readonly returned: boolean
}

function lifeTable(silences: readonly Pick<Silence, 'days' | 'returned'>[]): LifeTable {
  const longest = Math.max(...silences.map(({ days }) => days))
  const table = { returns: new Float64Array(longest + 1), censored: new Float64Array(longest + 1) }
  for (const { days, returned } of silences) (returned ? table.returns : table.censored)[days]! += 1
  return table
}

describe('the return curve', () => {
  it('equals lifelines to 1e-12: survival, and its log-log interval from Greenwood', async () => {
    const stored = JSON.parse(await readFile('test/golden/definition-lab.json', 'utf8')) as {
      days: number[]
      returned: number[]
      points: { day: number; atRisk: number; survival: number; low: number; high: number }[]
    }
    const curve = returnCurve(lifeTable(stored.days.map((days, i) => ({ days, returned: stored.returned[i] === 1 }))))
    for (const { day, atRisk, survival, low, high } of stored.points) {
      expect(curve.atRisk[day]).toBe(atRisk)
      expect(curve.survival[day]).toBeCloseTo(survival, 12)
      const interval = survivalInterval(curve.survival[day]!, curve.greenwood[day]!)
      expect(interval[0]).toBeCloseTo(low, 10)
      expect(interval[1]).toBeCloseTo(high, 10)
    }
  })

  it('by hand: of 4 silences, returns after 1, 2 and 4 days, one cut off after 2: S = 3/4, 1/2, 1/2, 0', () => {
    const curve = returnCurve(
      lifeTable([
        { days: 1, returned: true },
        { days: 2, returned: true },
        { days: 2, returned: false },
        { days: 4, returned: true },
      ]),
    )
    expect([...curve.atRisk]).toEqual([4, 4, 3, 1, 1])
    expect([...curve.survival].map((s) => Number(s.toFixed(12)))).toEqual([1, 0.75, 0.5, 0.5, 0])
    // 1/(4*3) + 1/(3*2)
    expect(curve.greenwood[2]).toBeCloseTo(1 / 12 + 1 / 6, 12)
    expect(returnChance(curve, { silenceDays: 1, withinDays: 1 }, 1 / 6)!.value).toBeCloseTo(1 / 3, 12)
    expect(returnChance(curve, { silenceDays: 1, withinDays: 3 }, Infinity)).toEqual({ value: 1, low: 1, high: 1 })
    expect(returnChance(curve, { silenceDays: 1, withinDays: 4 }, 0)).toBeNull()
  })

  it('its variance by user is that of Greenwood when every user has one silence', () => {
    const random = createRandom('lab')
    const silences = Array.from({ length: 300 }, (_, user) => ({
      user,
      at: 0,
      days: 1 + random.integer(60),
      returned: random.next() < 0.7,
    }))
    const curve = returnCurve(lifeTable(silences))
    const { scale, weight, sum } = influenceTable(curve, 1)
    for (const [n, h] of [
      [0, 20],
      [10, 15],
      [30, 10],
    ] as const) {
      const square = silences.reduce((total, { days, returned }) => {
        if (days <= n) return total
        const hit = returned && days <= n + h ? weight[days]! : 0n
        return total + Number(sum[Math.min(days, n + h)]! - sum[n]! - hit) ** 2
      }, 0)
      expect(square / scale ** 2).toBeCloseTo(curve.greenwood[n + h]! - curve.greenwood[n]!, 9)
    }
  })
})

describe('lengths and the rule', () => {
  it('looks at every day of the first fortnight, and never beyond what leaves room for a horizon', () => {
    const lengths = labLengths({ spanDays: 200, horizonDays: 30, maxDays: null, extra: 33 })
    expect(lengths.slice(0, 16)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18])
    expect(lengths).toContain(33)
    expect(lengths.at(-1)).toBeLessThanOrEqual(169)
    expect(labLengths({ spanDays: 20, horizonDays: 30, maxDays: null, extra: 7 })).toEqual([])
    expect(followUpFor(30, 1_000)).toBe(180)
    expect(followUpFor(90, 200)).toBe(90)
  })

  const point = (silenceDays: number, high: number, silences = 500): ReturnPoint => ({
    silenceDays,
    silences,
    stillAway: 0.5,
    backWithinHorizon: { value: high * 0.8, low: high * 0.6, high },
    backWithinFollowUp: null,
  })

  it('takes the shortest silence whose whole interval lies at or below the threshold', () => {
    const curve = [point(7, 0.4), point(14, 0.11), point(21, 0.1), point(30, 0.05)]
    expect(recommend({ curve, horizonDays: 30, threshold: 0.1 })).toMatchObject({ silenceDays: 21 })
    expect(recommend({ curve, horizonDays: 30, threshold: 0.2 })).toMatchObject({ silenceDays: 14 })
  })

  it('recommends nothing, and says why, when users keep coming back or silences are too few', () => {
    const never = recommend({ curve: [point(7, 0.4), point(14, 0.3)], horizonDays: 30, threshold: 0.1 })
    expect(never.silenceDays).toBeNull()
    expect(never.reason).toContain('even after 14 silent days 24.0 % return within the next 30 days, the lowest seen')
    const unsure = recommend({ curve: [point(7, 0.11, 60)], horizonDays: 30, threshold: 0.1 })
    expect(unsure).toMatchObject({ silenceDays: null, reason: expect.stringContaining('(60) that it could be 11.0 %') })
    const few = recommend({ curve: [point(7, 0.01, 49)], horizonDays: 30, threshold: 0.1 })
    expect(few).toMatchObject({ silenceDays: null, reason: expect.stringContaining('too short or too small') })
  })
})

describe('the lab over a log', () => {
  let root: string
  let engine: Engine
  const start = parseDay('2026-01-01')
  const input: DefinitionLabInput = {
    experiment: 'test',
    events: 'events',
    qualifying: ['login'],
    purchases: ['order'],
    dataStart: start,
    dataEnd: addDays(start, 200),
    newDays: 30,
    silentDays: 20,
    horizonDays: 10,
    threshold: 0.1,
    configuredDays: 15,
    maxDays: null,
    segments: ['lifecycle_stage', 'channel', 'value_tier'],
  }
  const days: number[][] = []
  let lab: DefinitionLab

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'ebb-lab-'))
    engine = await openDuckDb({ threads: 2, memoryBytes: 500_000_000, tempDirectory: join(root, 'spill') })
    const random = createRandom('lab-log')
    const rows: string[] = []
    for (let user = 0; user < 150; user++) {
      const active = new Set<number>()
      const end = 20 + random.integer(180)
      for (let day = random.integer(20); day < end; day += 1 + random.integer(12)) active.add(day)
      days.push([...active].sort((a, b) => a - b))
      for (const day of active) {
        const amount = random.integer(3) === 0 ? String(random.integer(5_000)) : 'NULL'
        const channel = user % 2 === 0 ? 'app' : 'web'
        rows.push(`(${user}, DATE '${addDays(start, day)}', 'login', NULL, '${channel}')`)
        if (amount !== 'NULL') rows.push(`(${user}, DATE '${addDays(start, day)}', 'order', ${amount}, '${channel}')`)
      }
    }
    await engine.execute(
      `CREATE TABLE events AS SELECT user_index, event_day, event_type, CAST(amount_cents AS BIGINT) AS amount_cents, channel
       FROM (VALUES ${rows.join(', ')}) AS e(user_index, event_day, event_type, amount_cents, channel)`,
    )
    lab = await definitionLab(engine, input)
  })
  afterAll(async () => {
    await engine.close()
    await rm(root, { recursive: true, force: true })
  })

  const silences = (): Silence[] =>
    days.flatMap((active, user) =>
      active.map((at, i) => {
        const next = active[i + 1]
        return { user, at, days: next === undefined ? 199 - at : next - at, returned: next !== undefined }
      }),
    )

  it('equals the slow way: curve, chances and their intervals by user', async () => {
    const all = silences()
    const curve = returnCurve(lifeTable(all))
    const { hazard, atRisk } = curve
    for (const point of lab.segments[0]!.curve.slice(0, 20)) {
      const n = point.silenceDays
      expect(point.stillAway).toBeCloseTo(curve.survival[n]!, 12)
      const byUser = new Map<number, number>()
      for (const one of all)
        for (let t = n + 1; t <= Math.min(one.days, n + 10); t++) {
          const hit = one.returned && one.days === t ? 1 : 0
          const share = (hazard[t]! - hit) / (atRisk[t]! * (1 - hazard[t]!))
          byUser.set(one.user, (byUser.get(one.user) ?? 0) + share)
        }
      const variance = [...byUser.values()].reduce((sum, x) => sum + x * x, 0)
      const slow = returnChance(curve, { silenceDays: n, withinDays: 10 }, variance)
      expect(point.backWithinHorizon === null).toBe(slow === null)
      if (slow === null) continue
      for (const key of ['value', 'low', 'high'] as const)
        expect(point.backWithinHorizon![key]).toBeCloseTo(slow[key], 6)
    }
    expect(lab.segments[0]).toMatchObject({ segment: 'all', users: 150, silences: all.length })
  })

  it('has the churn rates of the slow way: active within N days before a cutoff, N silent days completed within the horizon', async () => {
    const cutoffs: number[] = []
    for (let cutoff = 190; cutoff >= 1; cutoff -= 7) cutoffs.unshift(cutoff)
    const all = silences()
    expect(lab.rates.map(({ silenceDays }) => silenceDays)).toContain(15)
    for (const rate of lab.rates) {
      const n = rate.silenceDays
      const shares = cutoffs
        .filter((cutoff) => cutoff >= n)
        .flatMap((cutoff) => {
          const eligible = days.flatMap((active, user) =>
            active.some((d) => d >= cutoff - n && d < cutoff) ? [user] : [],
          )
          const churned = eligible.filter((user) =>
            all.some(
              (one) =>
                one.user === user &&
                (one.returned ? one.days > n : one.days >= n) &&
                one.at + n >= cutoff &&
                one.at + n < cutoff + 10,
            ),
          )
          return eligible.length === 0 ? [] : [churned.length / eligible.length]
        })
      expect(rate.cutoffs).toBe(shares.length)
      expect(rate.rate).toBeCloseTo(shares.reduce((sum, x) => sum + x, 0) / shares.length, 12)
      expect(rate.high).toBeCloseTo(Math.max(...shares), 12)
    }
  })

  it('shows segments by lifecycle, channel and value; together they are everybody', async () => {
    for (const segment of ['lifecycle_stage', 'channel', 'value_tier']) {
      const levels = lab.segments.filter((one) => one.segment === segment)
      expect(levels.length).toBeGreaterThan(1)
      const covered = levels.reduce((sum, { silences }) => sum + silences, 0)
      expect(covered).toBeGreaterThan(0.8 * lab.segments[0]!.silences)
      expect(covered).toBeLessThanOrEqual(lab.segments[0]!.silences)
    }
  })

  it('is the same document with one thread as with two, and leaves no table behind', async () => {
    const single = await openDuckDb({ threads: 1, memoryBytes: 500_000_000, tempDirectory: join(root, 'one') })
    try {
      const rows = await engine.rows('SELECT * FROM events', { limit: 100_000 })
      await single.load('events', [
        { name: 'user_index', type: 'integer', values: Int32Array.from(rows, (row) => Number(row['user_index'])) },
        { name: 'event_day', type: 'text', values: rows.map((row) => String(row['event_day'])) },
        { name: 'event_type', type: 'text', values: rows.map((row) => String(row['event_type'])) },
        {
          name: 'amount_cents',
          type: 'bigint',
          values: rows.map((row) => (row['amount_cents'] === null ? null : BigInt(Number(row['amount_cents'])))),
        },
        { name: 'channel', type: 'text', values: rows.map((row) => String(row['channel'])) },
      ])
      await single.execute('ALTER TABLE events ALTER event_day TYPE DATE')
      expect(await definitionLab(single, input)).toEqual(lab)
    } finally {
      await single.close()
    }
    const left = await engine.rows(`SELECT count(*) AS n FROM duckdb_tables() WHERE table_name LIKE 'ebb_lab%'`)
    expect(left).toEqual([{ n: 0 }])
  })

  it('a log without a qualifying event is an error of kind data', async () => {
    await expect(definitionLab(engine, { ...input, qualifying: ['visit'] })).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringContaining('no event of visit before 2026-07-20'),
    })
  })

  it('is written for Spark as well: the same query in its words', () => {
    const sql = silencesSelect(input, sparkDialect)
    expect(sql).toContain('datediff(e.event_day, ')
    expect(sql).not.toContain("datediff('day'")
  })
})
