import type { TableColumn } from '../../engines/engine.ts'
import { categories, eventTypes, items } from './shop.ts'

/** What the codes of events mean; without `channels` the buffer is of one channel and has no such column. */
export interface EventLevels {
  readonly eventTypes: readonly string[]
  readonly items: readonly string[]
  readonly categories: readonly string[]
  readonly channels?: readonly string[]
}

/** One event; `item`, `category` -1 and `amountCents`, `quantity` NaN = none. */
export interface SimulatedEvent {
  /** User's place in the slice. */
  readonly slot: number
  /** Days since 1970-01-01. */
  readonly day: number
  /** Second of the day. */
  readonly second: number
  readonly type: number
  readonly amountCents: number
  readonly quantity: number
  readonly item: number
  readonly category: number
  /** Default 0. */
  readonly channel?: number
}

const missing = 65_535

/** Events of one channel and one slice of users, as columns that grow; cleared and used again slice after slice. */
export class EventBuffer {
  length = 0
  private slots = new Uint32Array(0)
  private days = new Uint16Array(0)
  private seconds = new Int32Array(0)
  private types = new Uint16Array(0)
  private amounts = new Float64Array(0)
  private quantities = new Float32Array(0)
  private items = new Uint16Array(0)
  private categories = new Uint16Array(0)
  private channels = new Uint16Array(0)
  private readonly levels: EventLevels

  constructor(levels: EventLevels = { eventTypes, items, categories }) {
    this.levels = levels
  }

  push(event: SimulatedEvent): void {
    if (this.length === this.slots.length) this.grow()
    const at = this.length++
    this.slots[at] = event.slot
    this.days[at] = event.day
    this.seconds[at] = event.second
    this.types[at] = event.type
    this.amounts[at] = event.amountCents
    this.quantities[at] = event.quantity
    this.items[at] = event.item < 0 ? missing : event.item
    this.categories[at] = event.category < 0 ? missing : event.category
    if (this.levels.channels !== undefined) this.channels[at] = event.channel ?? 0
  }

  clear(): void {
    this.length = 0
  }

  /** Events of each type, in the order of the levels' `eventTypes`. */
  countByType(): number[] {
    const counts = this.levels.eventTypes.map(() => 0)
    for (let i = 0; i < this.length; i++) counts[this.types[i]!]! += 1
    return counts
  }

  /** For `engine.load`; `ids[slot]` is the user's id in this channel. `sequence` numbers the rows from 0. */
  columns(ids: readonly string[]): TableColumn[] {
    const n = this.length
    const { eventTypes, items, categories, channels } = this.levels
    const coded = { name: 'channel', type: 'coded', codes: this.channels.subarray(0, n) } as const
    return [
      ...(channels === undefined ? [] : [{ ...coded, levels: channels }]),
      { name: 'channel_user', type: 'coded', codes: this.slots.subarray(0, n), levels: ids },
      { name: 'day', type: 'date', values: this.days.subarray(0, n) },
      { name: 'second', type: 'integer', values: this.seconds.subarray(0, n) },
      { name: 'event_type', type: 'coded', codes: this.types.subarray(0, n), levels: eventTypes },
      { name: 'amount_cents', type: 'double', values: this.amounts.subarray(0, n) },
      { name: 'quantity', type: 'double', values: this.quantities.subarray(0, n) },
      { name: 'item', type: 'coded', codes: this.items.subarray(0, n), levels: items },
      { name: 'category', type: 'coded', codes: this.categories.subarray(0, n), levels: categories },
      { name: 'sequence', type: 'integer', values: Int32Array.from({ length: n }, (_, i) => i) },
    ]
  }

  private grow(): void {
    const capacity = Math.max(65_536, this.slots.length * 2)
    this.slots = extend(this.slots, new Uint32Array(capacity))
    this.days = extend(this.days, new Uint16Array(capacity))
    this.seconds = extend(this.seconds, new Int32Array(capacity))
    this.types = extend(this.types, new Uint16Array(capacity))
    this.amounts = extend(this.amounts, new Float64Array(capacity))
    this.quantities = extend(this.quantities, new Float32Array(capacity))
    this.items = extend(this.items, new Uint16Array(capacity))
    this.categories = extend(this.categories, new Uint16Array(capacity))
    if (this.levels.channels !== undefined) this.channels = extend(this.channels, new Uint16Array(capacity))
  }
}

function extend<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from)
  return to
}
