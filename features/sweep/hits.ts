import type { KernelThread } from './kernels/sweep-kernels.ts'
import { larger } from './larger.ts'
import type { ConditionCode } from './program.ts'
import type { Register } from './registers.ts'
import type { UserEvents } from './user-events.ts'

/**
 * The events that meet a condition, oldest first: their indexes, and how many are among the first i events. A window is a
 * range [lo, hi) of events, so it holds the hits counts[lo] .. counts[hi] - 1: two look-ups and no walk, for however many
 * cutoffs. Whatever is added up is added up over the hits alone.
 */
export interface Hits extends Register {
  /** Length: events + 1. */
  counts: Int32Array
  indexes: Int32Array
}

/** Made anew for every batch of events. */
export function hitsOf(code: ConditionCode, events: UserEvents): Hits {
  if (code.by === 'all') return everyEvent(events.thread)
  if (code.by === 'type') return typedHits(code.hits, events)
  return growing(events.thread, (into, count) =>
    events.thread.kernels.takeFlagged(
      events.flags[code.flag]!.byteOffset,
      into.counts.byteOffset,
      into.indexes.byteOffset,
      count,
    ),
  )
}

/** Codes of types are few: the table of those that are meant lies beside the events. */
function typedHits(hits: Uint8Array, events: UserEvents): Hits {
  const { space, kernels } = events.thread
  const table = space.uint8(hits.length)
  table.set(hits)
  return growing(events.thread, (into, count) =>
    kernels.lookUp(table.byteOffset, events.type.byteOffset, into.counts.byteOffset, into.indexes.byteOffset, count),
  )
}

/** Every event is a hit; only a longer batch needs anything new. A word before the counts says -1, so that they tell the last hit, too. */
function everyEvent(thread: KernelThread): Hits {
  let room: Int32Array = new Int32Array(0)
  const register: Hits = {
    counts: room,
    indexes: room,
    prepare(count) {
      if (register.counts.length > count) return
      room = larger(thread, room, count + 1)
      for (let i = 0; i < room.length; i++) room[i] = i - 1
      register.counts = room.subarray(1)
      register.indexes = register.counts
    },
  }
  return register
}

interface Latest extends Register {
  values: Int32Array
}

/** Index of the last hit among the first i events; -1: none. */
export function latestOf(hits: Hits, thread: KernelThread): Latest {
  const register: Latest = {
    values: new Int32Array(0),
    prepare(count: number) {
      if (register.values.length <= count) register.values = larger(thread, register.values, count)
      thread.kernels.findLatest(hits.counts.byteOffset, hits.indexes.byteOffset, register.values.byteOffset, count)
    },
  }
  return register
}

/** Hits that have a level. */
export function levelledHits(all: Hits, of: 'category' | 'channel', events: UserEvents): Hits {
  return growing(events.thread, (into, count) =>
    events.thread.kernels.keepLevelled(
      all.counts.byteOffset,
      events[of].byteOffset,
      into.counts.byteOffset,
      into.indexes.byteOffset,
      count,
    ),
  )
}

function growing(thread: KernelThread, fill: (into: Hits, count: number) => void): Hits {
  const register: Hits = {
    counts: new Int32Array(0),
    indexes: new Int32Array(0),
    prepare(count) {
      if (register.counts.length <= count) {
        register.counts = larger(thread, register.counts, count)
        register.indexes = larger(thread, register.indexes, count)
      }
      fill(register, count)
    },
  }
  return register
}
