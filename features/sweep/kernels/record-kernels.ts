import type { Kernel } from './sweep-kernels.ts'

/** Kernels of the first pass: `assembly/sweep/records.ts` and `spine.ts`. */
export interface RecordKernels {
  readonly groupByUser: Kernel<
    [
      raw: number,
      records: number,
      count: number,
      words: number,
      users: number,
      counts: number,
      start: number,
      next: number,
    ]
  >
  readonly placeUsers: Kernel<
    [counts: number, start: number, next: number, users: number, records: number, words: number]
  >
  readonly orderByTime: Kernel<
    [
      records: number,
      start: number,
      stretches: number,
      words: number,
      micro: number,
      shift: number,
      mask: number,
      spare: number,
    ]
  >
  readonly markFirst: Kernel<
    [
      records: number,
      start: number,
      counts: number,
      users: number,
      words: number,
      windows: number,
      days: number,
      marks: number,
    ]
  >
  readonly markWindows: Kernel<
    [
      records: number,
      start: number,
      counts: number,
      users: number,
      words: number,
      offset: number,
      shift: number,
      mask: number,
      table: number,
      windows: number,
      days: number,
      oldest: number,
      marks: number,
    ]
  >
  readonly keepBoth: Kernel<[marks: number, other: number, users: number]>
  readonly judgeMarks: Kernel<
    [
      seen: number,
      closed: number,
      active: number,
      came: number,
      stayed: number,
      users: number,
      statuses: number,
      stride: number,
      width: number,
      inactive: number,
      example: number,
      left: number,
      lost: number,
    ]
  >
  readonly joinStatuses: Kernel<[into: number, other: number, bytes: number]>
  readonly countStatuses: Kernel<
    [statuses: number, users: number, cutoffs: number, least: number, most: number, into: number, step: number]
  >
}
