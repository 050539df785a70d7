import type { MeasureFeature } from '../definition.ts'
import type { Hits } from './hits.ts'
import type { MeasureCode } from './program.ts'
import type { Register, Registers } from './registers.ts'
import { type Evaluate, valuesAt } from './window-rows.ts'

const microsPerMinute = 60_000_000

type SessionFeature = MeasureFeature & { readonly measure: 'sessions' }
type IntervalFeature = MeasureFeature & { readonly measure: 'intervals' }

/** As the kernel numbers them. */
const sessionStatistics: Readonly<Record<SessionFeature['of'], number>> = { count: 0, totalMinutes: 1, meanMinutes: 2 }

/** Runs of events of which none comes more than a pause after the one before it. */
export function sessionsOf(code: MeasureCode, feature: SessionFeature, registers: Registers): Evaluate {
  const { kernels } = registers.thread
  const hits = registers.hits(code.condition)
  const { events } = registers
  const pause = feature.inactivityMinutes * microsPerMinute
  const statistic = sessionStatistics[feature.of]
  return (rows, values, offset) => {
    const { second, micro } = events
    kernels.measureSessions(
      rows.address,
      hits.counts.byteOffset,
      hits.indexes.byteOffset,
      second.byteOffset,
      micro.byteOffset,
      pause,
      statistic,
      valuesAt(values, offset),
    )
  }
}

/** Days between consecutive events. */
export function intervalsOf(code: MeasureCode, feature: IntervalFeature, registers: Registers): Evaluate {
  const { kernels } = registers.thread
  const hits = registers.hits(code.condition)
  const intervals = intervalSums(hits, code.condition, registers)
  if (feature.of === 'mean')
    return (rows, values, offset) => {
      const into = valuesAt(values, offset)
      kernels.meanIntervals(rows.address, hits.counts.byteOffset, intervals.seconds.byteOffset, into)
    }
  return (rows, values, offset) => {
    const { seconds, squares } = intervals
    const into = valuesAt(values, offset)
    kernels.spreadIntervals(rows.address, hits.counts.byteOffset, seconds.byteOffset, squares.byteOffset, into)
  }
}

/** By hit: its second, and the sum of the squares of the intervals up to it, a 64-bit integer for kernels alone. */
interface Intervals extends Register {
  seconds: Int32Array
  squares: Float64Array
}

function intervalSums(hits: Hits, condition: number, registers: Registers): Intervals {
  const { thread, events } = registers
  return registers.shared(`intervals/${condition}`, () => {
    const register: Intervals = {
      seconds: new Int32Array(0),
      squares: new Float64Array(0),
      prepare(count) {
        const { length } = hits.counts
        if (register.seconds.length < length) {
          thread.space.giveBack(register.seconds)
          thread.space.giveBack(register.squares)
          register.seconds = thread.space.int32(length)
          register.squares = thread.space.float64(length)
        }
        thread.kernels.addIntervals(
          hits.indexes.byteOffset,
          events.second.byteOffset,
          register.seconds.byteOffset,
          register.squares.byteOffset,
          hits.counts[count]!,
        )
      },
    }
    return register
  })
}
