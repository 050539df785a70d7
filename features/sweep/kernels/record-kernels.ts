import type { Kernel } from './sweep-kernels.ts'

/** Kernels of the first pass: `assembly/sweep/records.ts`. */
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
}
