import type { KernelThread } from './kernels/sweep-kernels.ts'
import type { Register, Running } from './registers.ts'
import type { UserEvents } from './user-events.ts'

/** Bytes of a vector, and of one of its lanes. */
const vectorBytes = 16
const laneBytes = 4

/**
 * All conditions on the event type alone at once, a lane of a vector each: how many of the first i events meet them, and which
 * did so last. One walk over the codes serves four conditions.
 */
export class TypeCounts implements Register {
  /** By lane: 1 where the type's code meets the condition. */
  private readonly tables: Uint8Array[] = []
  /** By code: all lanes, -1 where it meets the condition. */
  private masks: Int32Array = new Int32Array(0)
  private counted: Int32Array = new Int32Array(0)
  private found: Int32Array = new Int32Array(0)
  private isCounted = false
  private isFound = false
  private readonly events: UserEvents
  private readonly thread: KernelThread

  constructor(events: UserEvents) {
    this.events = events
    this.thread = events.thread
  }

  /** How many meet the condition. */
  counts(table: Uint8Array): Running {
    this.isCounted = true
    return this.view(table, () => this.counted)
  }

  /** Index of the last one that meets it; -1: none. */
  latest(table: Uint8Array): Running {
    this.isFound = true
    return this.view(table, () => this.found)
  }

  prepare(count: number): void {
    const { kernels } = this.thread
    const { stride } = this
    const type = this.events.type.byteOffset
    if (this.masks.length === 0) this.makeMasks()
    const masks = this.masks.byteOffset
    const words = ((count + 1) * stride) / laneBytes
    if (this.isCounted) {
      this.counted = this.larger(this.counted, words)
      kernels.countTypes(masks, type, this.counted.byteOffset, stride, count)
    }
    if (!this.isFound) return
    this.found = this.larger(this.found, words)
    kernels.findLatestTypes(masks, type, this.found.byteOffset, stride, count)
  }

  /** Bytes from one event to the next. */
  private get stride(): number {
    return vectorBytes * Math.ceil((this.tables.length * laneBytes) / vectorBytes)
  }

  /** Tables are the program's own, one per condition. */
  private view(table: Uint8Array, from: () => Int32Array): Running {
    if (!this.tables.includes(table)) this.tables.push(table)
    const offset = laneBytes * this.tables.indexOf(table)
    const stride = (): number => this.stride
    return {
      get address() {
        return from().byteOffset + offset
      },
      get stride() {
        return stride()
      },
    }
  }

  private makeMasks(): void {
    const lanes = this.stride / laneBytes
    this.masks = this.thread.space.int32(lanes * this.tables[0]!.length).fill(0)
    for (const [lane, table] of this.tables.entries())
      for (const [code, isHit] of table.entries()) this.masks[code * lanes + lane] = -isHit
  }

  private larger(smaller: Int32Array, words: number): Int32Array {
    if (smaller.length >= words) return smaller
    this.thread.space.giveBack(smaller)
    return this.thread.space.int32(2 ** Math.ceil(Math.log2(words)))
  }
}
