import type { LevelStatistic } from '../definition.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { MeasureCode, SweepProgram } from './program.ts'
import type { Hits, Registers } from './registers.ts'
import type { Evaluate } from './window-rows.ts'

type LevelColumn = 'category' | 'channel'

/** So many levels fit into the bits of a signed integer; code 0 takes none. */
const maskLevels = 31

/** n ln n is added up as an integer of this fraction, as the SQL does, so that the order of levels does not matter. */
const entropyScale = 1e10

/** Counts of levels over a stretch of events; `touched` names the levels met, so that clearing costs no more. */
class LevelCounts {
  readonly counts: Int32Array
  readonly touched: Int32Array
  met = 0
  total = 0

  constructor(levels: number, { space }: KernelThread) {
    this.counts = space.int32(levels + 1).fill(0)
    this.touched = space.int32(levels + 1)
  }

  /** Of hits a .. b - 1. */
  fill({ indexes }: Hits, level: Int32Array, { a, b }: { a: number; b: number }): void {
    for (let t = 0; t < this.met; t++) this.counts[this.touched[t]!] = 0
    this.met = 0
    this.total = b - a
    for (let m = a; m < b; m++) {
      const code = level[indexes[m]!]!
      if (this.counts[code] === 0) this.touched[this.met++] = code
      this.counts[code]!++
    }
  }
}

/** Different levels. */
export function distinctOf(
  code: MeasureCode,
  of: LevelColumn,
  { registers, program }: { registers: Registers; program: SweepProgram },
): Evaluate {
  const { events } = registers
  const levels = program.levels[of]
  if (levels <= maskLevels) return maskedDistinctOf(code, of, registers)
  const hits = registers.levelled(of, code.condition)
  const counts = new LevelCounts(levels, registers.thread)
  return ({ count, lo, hi }, values, offset) => {
    for (let r = 0; r < count; r++) {
      counts.fill(hits, events[of], { a: hits.counts[lo[r]!]!, b: hits.counts[hi[r]!]! })
      values[offset + r] = counts.met
    }
  }
}

/** Few levels: one bit each; an event without a level has none. */
function maskedDistinctOf(code: MeasureCode, of: LevelColumn, registers: Registers): Evaluate {
  const hits = registers.hits(code.condition)
  const unions = registers.levelUnions(of, code.condition)
  return ({ count, lo, hi }, values, offset) => {
    const { counts } = hits
    let walked = 0
    for (let r = 0; r < count; r++) walked += counts[hi[r]!]! - counts[lo[r]!]!
    if (walked <= unions.mostWalked)
      for (let r = 0; r < count; r++) values[offset + r] = bitCount(unions.walk(counts[lo[r]!]!, counts[hi[r]!]!))
    else for (let r = 0; r < count; r++) values[offset + r] = bitCount(unions.lookUp(counts[lo[r]!]!, counts[hi[r]!]!))
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
  const hits = registers.levelled(of, code.condition)
  const { events } = registers
  return ({ count, lo, hi }, values, offset) => {
    const { counts, indexes } = hits
    const { second, micro } = events
    const level = events[of]
    for (let r = 0; r < count; r++) {
      const a = counts[lo[r]!]!
      const b = counts[hi[r]!]!
      const edge = indexes[isLast ? b - 1 : a]!
      let best = Number.NaN
      for (let m = isLast ? b - 1 : a; m >= a && m < b; m += isLast ? -1 : 1) {
        const i = indexes[m]!
        if (second[i] !== second[edge] || micro[i] !== micro[edge]) break
        best = Number.isNaN(best) || (isLast ? level[i]! > best : level[i]! < best) ? level[i]! : best
      }
      values[offset + r] = best
    }
  }
}

/** How events spread over levels; missing without events that have one. */
export function spreadOf(
  code: MeasureCode,
  { of, statistic }: { of: LevelColumn; statistic: LevelStatistic },
  { registers, program }: { registers: Registers; program: SweepProgram },
): Evaluate {
  const hits = registers.levelled(of, code.condition)
  const { events } = registers
  const counts = new LevelCounts(program.levels[of], registers.thread)
  const value = statistics[statistic]
  const ln = (n: number): number => program.logarithms[n] ?? Math.log(n)
  return ({ count, lo, hi }, values, offset) => {
    for (let r = 0; r < count; r++) {
      counts.fill(hits, events[of], { a: hits.counts[lo[r]!]!, b: hits.counts[hi[r]!]! })
      values[offset + r] = counts.total === 0 ? Number.NaN : value(counts, ln)
    }
  }
}

const statistics: Readonly<Record<LevelStatistic, (counts: LevelCounts, ln: (n: number) => number) => number>> = {
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
  entropy({ counts, touched, met, total }, ln) {
    if (met === 1) return 0
    let logs = 0
    for (let t = 0; t < met; t++) {
      const n = counts[touched[t]!]!
      logs += Math.round(n * ln(n) * entropyScale)
    }
    return ln(total) - logs / entropyScale / total
  },
}
