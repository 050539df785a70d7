import type { Kernel } from './sweep-kernels.ts'

/** A walk over records (see `assembly/sweep/walk.ts`), which of them are hits, and where the states of rows go. */
type Walk = [walk: number, test: number]
/** States of rows, and how many rows. */
type States = [states: number, rows: number]

/** Measures of all history straight from the records: `assembly/sweep/history.ts` and its neighbours. */
export interface HistoryKernels {
  readonly findRowEnds: Kernel<[walk: number, visible: number, cutoff: number, origin: number]>
  readonly tallyAll: Kernel<[walk: number, into: number]>
  readonly tallyCodes: Kernel<[...Walk, tally: number, codes: number, conditions: number, count: number]>
  readonly latestOfAll: Kernel<[walk: number, into: number]>
  readonly latestByCode: Kernel<[...Walk, latest: number, codes: number, conditions: number, count: number]>
  readonly walkIntervals: Kernel<[...Walk, into: number]>
  readonly walkDays: Kernel<[...Walk, into: number]>
  readonly walkLongest: Kernel<[...Walk, into: number]>
  readonly walkReturns: Kernel<[...Walk, silentDays: number, into: number]>
  readonly walkSums: Kernel<[...Walk, value: number, isWide: number, into: number]>
  readonly walkExtremes: Kernel<[...Walk, value: number, isWide: number, sign: number, into: number]>
  readonly walkLevels: Kernel<[...Walk, level: number, into: number]>
  readonly hitValues: Kernel<[...States, into: number]>
  readonly firstValues: Kernel<[...States, cutoff: number, baseDay: number, into: number]>
  readonly sinceValues: Kernel<[...States, cutoff: number, baseDay: number, perDay: number, into: number]>
  readonly intervalValues: Kernel<[...States, statistic: number, into: number]>
  readonly dayValues: Kernel<[...States, statistic: number, into: number]>
  readonly longestValues: Kernel<[...States, into: number]>
  readonly sumValues: Kernel<[...States, unit: number, statistic: number, into: number]>
  readonly extremeValues: Kernel<[...States, sign: number, unit: number, empty: number, into: number]>
  readonly levelValues: Kernel<[...States, into: number]>
}
