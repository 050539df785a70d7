import type { LevelStatistic } from '../definition.ts'
import type { MeasureCode, SweepProgram } from './program.ts'
import type { Hits, Registers } from './registers.ts'
import type { Evaluate } from './window-rows.ts'

type LevelColumn = 'category' | 'channel'

/** n ln n is added up as an integer of this fraction, as the SQL does, so that the order of levels does not matter. */
const entropyScale = 1e10

/** Events that meet the condition and have a level. */
function levelled(code: MeasureCode, of: LevelColumn, registers: Registers): Hits {
  const hits = registers.hits(code.condition)
  const { events } = registers
  return registers.shared(`levelled/${of}/${code.condition}`, () => {
    const register: Hits = {
      values: new Uint8Array(0),
      prepare(count) {
        if (register.values.length < hits.values.length) register.values = new Uint8Array(hits.values.length)
        const level = events[of]
        for (let i = 0; i < count; i++) register.values[i] = level[i]! > 0 ? hits.values[i]! : 0
      },
    }
    return register
  })
}

/** Counts of levels over a stretch of events; `touched` names the levels met, so that clearing costs no more. */
class LevelCounts {
  readonly counts: Int32Array
  readonly touched: Int32Array
  met = 0
  total = 0

  constructor(levels: number) {
    this.counts = new Int32Array(levels + 1)
    this.touched = new Int32Array(levels + 1)
  }

  fill(hits: Uint8Array, level: Int32Array, { lo, hi }: { lo: number; hi: number }): void {
    for (let t = 0; t < this.met; t++) this.counts[this.touched[t]!] = 0
    this.met = 0
    this.total = 0
    for (let i = lo; i < hi; i++) {
      if (hits[i] !== 1) continue
      const code = level[i]!
      if (this.counts[code] === 0) this.touched[this.met++] = code
      this.counts[code]!++
      this.total++
    }
  }
}

/** Different levels. */
export function distinctOf(
  code: MeasureCode,
  of: LevelColumn,
  { registers, program }: { registers: Registers; program: SweepProgram },
): Evaluate {
  const hits = levelled(code, of, registers)
  const { events } = registers
  const levels = program.levels[of]
  if (levels > 32) {
    const counts = new LevelCounts(levels)
    return ({ count, at, lo, hi }, values, offset) => {
      for (let r = 0; r < count; r++) {
        counts.fill(hits.values, events[of], { lo: lo[r]!, hi: hi[r]! })
        values[at[r]! + offset] = counts.met
      }
    }
  }
  return ({ count, at, lo, hi }, values, offset) => {
    const level = events[of]
    for (let r = 0; r < count; r++) {
      let mask = 0
      for (let i = lo[r]!; i < hi[r]!; i++) mask |= hits.values[i]! << (level[i]! - 1)
      values[at[r]! + offset] = bitCount(mask)
    }
  }
}

function bitCount(mask: number): number {
  let x = mask - ((mask >>> 1) & 0x55555555)
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Code of the level of the last (first) event that has one; at one instant the greatest (least) counts. */
export function edgeLevelOf(
  code: MeasureCode,
  { of, isLast }: { of: LevelColumn; isLast: boolean },
  registers: Registers,
): Evaluate {
  const hits = levelled(code, of, registers)
  const { events } = registers
  const step = isLast ? -1 : 1
  return ({ count, at, lo, hi }, values, offset) => {
    const { second, micro } = events
    const level = events[of]
    for (let r = 0; r < count; r++) {
      const end = isLast ? lo[r]! - 1 : hi[r]!
      let i = isLast ? hi[r]! - 1 : lo[r]!
      while (i !== end && hits.values[i] !== 1) i += step
      let best = i === end ? Number.NaN : level[i]!
      for (let j = i; j !== end && second[j] === second[i] && micro[j] === micro[i]; j += step)
        if (hits.values[j] === 1) best = isLast ? Math.max(best, level[j]!) : Math.min(best, level[j]!)
      values[at[r]! + offset] = best
    }
  }
}

/** How events spread over levels; missing without events that have one. */
export function spreadOf(
  code: MeasureCode,
  { of, statistic }: { of: LevelColumn; statistic: LevelStatistic },
  { registers, program }: { registers: Registers; program: SweepProgram },
): Evaluate {
  const hits = levelled(code, of, registers)
  const { events } = registers
  const counts = new LevelCounts(program.levels[of])
  const value = statistics[statistic]
  return ({ count, at, lo, hi }, values, offset) => {
    for (let r = 0; r < count; r++) {
      counts.fill(hits.values, events[of], { lo: lo[r]!, hi: hi[r]! })
      values[at[r]! + offset] = counts.total === 0 ? Number.NaN : value(counts)
    }
  }
}

const statistics: Readonly<Record<LevelStatistic, (counts: LevelCounts) => number>> = {
  topShare({ counts, touched, met, total }) {
    let top = 0
    for (let t = 0; t < met; t++) top = Math.max(top, counts[touched[t]!]!)
    return top / total
  },
  concentration({ counts, touched, met, total }) {
    let squares = 0
    for (let t = 0; t < met; t++) squares += counts[touched[t]!]! ** 2
    return squares / total / total
  },
  entropy({ counts, touched, met, total }) {
    if (met === 1) return 0
    let logs = 0
    for (let t = 0; t < met; t++) {
      const n = counts[touched[t]!]!
      logs += Math.round(n * Math.log(n) * entropyScale)
    }
    return Math.log(total) - logs / entropyScale / total
  },
}
