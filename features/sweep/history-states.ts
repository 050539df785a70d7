import type { HistoryKernels } from './kernels/history-kernels.ts'
import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { ConditionCode, Field, SweepProgram } from './program.ts'

/** Words of the entry of one condition. */
const entryWords = 3

/** A field that every record has, with code 0 alone. */
const noField: Field = { word: 0, shift: 0, bits: 0 }

/** Walks over the records of a batch; `walk`: the address of its words. */
type Step = (walk: number) => void

/** Conditions on one code, which share a walk. */
interface Group {
  /** Of each: address of its states, that of the codes that meet it, how many. */
  readonly conditions: Uint32Array
  count: number
}

/** Kernels of a state of so many bytes, by code as by row: of all records, and of all conditions on one code. */
interface ByCode {
  readonly bytes: number
  readonly ofAll: HistoryKernels['tallyAll']
  readonly ofCodes: HistoryKernels['tallyCodes']
}

/**
 * What the rows of a batch need to know of all history: each state is told by a walk over the records (see
 * `kernels/assembly/sweep/history.ts`), is made once however many measures ask for it, and stands at the address that it was given.
 */
export class HistoryStates {
  private readonly program: SweepProgram
  private readonly thread: KernelThread
  private readonly mostRows: number
  private readonly steps: Step[] = []
  private readonly byKey = new Map<string, number>()
  private readonly tests = new Map<number, number>()
  private readonly groups = new Map<string, Group>()

  constructor(program: SweepProgram, mostRows: number, thread: KernelThread) {
    this.program = program
    this.thread = thread
    this.mostRows = mostRows
  }

  /** Makes all states anew. */
  make(walk: number): void {
    for (const step of this.steps) step(walk)
  }

  /** How many hits, and when the first. */
  tally(condition: number): number {
    const { tallyAll, tallyCodes } = this.thread.kernels
    return this.byCode('tally', condition, { bytes: 16, ofAll: tallyAll, ofCodes: tallyCodes })
  }

  /** When the last hit. */
  latest(condition: number): number {
    const { latestOfAll, latestByCode } = this.thread.kernels
    return this.byCode('latest', condition, { bytes: 4, ofAll: latestOfAll, ofCodes: latestByCode })
  }

  /** Seconds between consecutive hits. */
  intervals(condition: number): number {
    const { kernels } = this.thread
    const test = this.test(condition)
    return this.state(`intervals/${condition}`, 16, (into) => (walk) => kernels.walkIntervals(walk, test, into))
  }

  /** Days with a hit, and the gaps between them. */
  days(condition: number): number {
    const { kernels } = this.thread
    const test = this.test(condition)
    return this.state(`days/${condition}`, 24, (into) => (walk) => kernels.walkDays(walk, test, into))
  }

  /** Longest gap between days with a hit. */
  longest(condition: number): number {
    const { kernels } = this.thread
    const test = this.test(condition)
    return this.state(`longest/${condition}`, 4, (into) => (walk) => kernels.walkLongest(walk, test, into))
  }

  /** When the last gap of more than `silentDays` ended. */
  returns(condition: number, silentDays: number): number {
    const { kernels } = this.thread
    const test = this.test(condition)
    const key = `returns/${condition}/${silentDays}`
    return this.state(key, 4, (into) => (walk) => kernels.walkReturns(walk, test, silentDays, into))
  }

  /** Sum of the hits' values, and how many hits. */
  sums(of: 'amount' | 'quantity', condition: number): number {
    const { kernels } = this.thread
    const test = this.test(condition)
    const value = 4 * this.program.layout[of]!
    const wide = this.program.layout.isWide ? 1 : 0
    return this.state(
      `sums/${of}/${condition}`,
      16,
      (into) => (walk) => kernels.walkSums(walk, test, value, wide, into),
    )
  }

  /** Greatest of the hits' values; `sign` -1: the least. */
  extremes(of: 'amount' | 'quantity', condition: number, sign: 1 | -1): number {
    const { kernels } = this.thread
    const test = this.test(condition)
    const value = 4 * this.program.layout[of]!
    const wide = this.program.layout.isWide ? 1 : 0
    const key = `extremes/${of}/${condition}/${sign}`
    return this.state(key, 8, (into) => (walk) => kernels.walkExtremes(walk, test, value, wide, sign, into))
  }

  /** Which levels the hits have. */
  levels(of: 'category' | 'channel', condition: number): number {
    const { kernels } = this.thread
    const test = this.test(condition)
    const level = this.thread.space.uint32(4)
    level.set(codeOf(this.program.layout[of] ?? noField))
    const key = `levels/${of}/${condition}`
    return this.state(key, 8, (into) => (walk) => kernels.walkLevels(walk, test, level.byteOffset, into))
  }

  /** Conditions on one code share a walk; all records need none. */
  private byCode(name: string, condition: number, by: ByCode): number {
    const key = `${name}/${condition}`
    if (this.program.conditions[condition]!.by === 'all')
      return this.state(key, by.bytes, (into) => (walk) => by.ofAll(walk, into))
    const into = this.byKey.get(key) ?? this.addByCode(name, condition, by)
    this.byKey.set(key, into)
    return into
  }

  private state(key: string, bytes: number, make: (into: number) => Step): number {
    const known = this.byKey.get(key)
    if (known !== undefined) return known
    const into = this.room(bytes)
    this.byKey.set(key, into)
    this.steps.push(make(into))
    return into
  }

  private room(bytes: number): number {
    return this.thread.space.uint8(bytes * this.mostRows).byteOffset
  }

  /** Where kernels read which records meet a condition. */
  private test(condition: number): number {
    const known = this.tests.get(condition)
    if (known !== undefined) return known
    const { space } = this.thread
    const code = this.program.conditions[condition]!
    const { field, hits } = this.codesOf(code)
    const table = space.uint8(hits.length)
    table.set(hits)
    const test = space.uint32(5)
    test.set([...codeOf(field), table.byteOffset, code.by === 'all' ? 0 : 1])
    this.tests.set(condition, test.byteOffset)
    return test.byteOffset
  }

  private addByCode(name: string, condition: number, by: ByCode): number {
    const { space } = this.thread
    const into = this.room(by.bytes)
    const { field, hits } = this.codesOf(this.program.conditions[condition]!)
    const key = `${name}/${field.word}/${field.shift}`
    const group = this.groups.get(key) ?? this.makeGroup(key, { field, codes: hits.length }, by)
    const met = [...hits.keys()].filter((code) => hits[code] === 1)
    const codes = space.uint32(met.length)
    codes.set(met)
    group.conditions.set([into, codes.byteOffset, met.length], entryWords * group.count++)
    return into
  }

  private makeGroup(key: string, { field, codes }: { field: Field; codes: number }, { bytes, ofCodes }: ByCode): Group {
    const { space } = this.thread
    const test = space.uint32(4)
    test.set(codeOf(field))
    const room = space.uint8(bytes * codes).byteOffset
    const made: Group = { conditions: space.uint32(entryWords * this.program.conditions.length), count: 0 }
    this.groups.set(key, made)
    this.steps.push((walk) => ofCodes(walk, test.byteOffset, room, codes, made.conditions.byteOffset, made.count))
    return made
  }

  /** The field whose code tells whether a record meets the condition, and by code 1 where it does. */
  private codesOf(code: ConditionCode): { readonly field: Field; readonly hits: Uint8Array } {
    if (code.by === 'all') return { field: noField, hits: Uint8Array.of(1) }
    if (code.by === 'type') return { field: this.program.layout.type ?? noField, hits: code.hits }
    return { field: this.program.layout.flags[code.flag]!, hits: Uint8Array.of(0, 1) }
  }
}

/** As kernels read it: byte offset of its word, shift, mask. */
const codeOf = ({ word, shift, bits }: Field): [number, number, number] => [4 * word, shift, 2 ** bits - 1]
