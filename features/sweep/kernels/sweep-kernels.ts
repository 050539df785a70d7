import { readFileSync } from 'node:fs'
import { locate } from '../../../core/locate.ts'
import { type CompiledModule, webAssembly } from '../../../core/web-assembly.ts'
import type { HistoryKernels } from './history-kernels.ts'
import { KernelSpace } from './kernel-space.ts'
import type { RecordKernels } from './record-kernels.ts'
import type { RefreshKernels } from './refresh-kernels.ts'

/** Arguments by name; WebAssembly takes as many as it likes. */
export type Kernel<A extends readonly number[], R = void> = (...args: A) => R

/** Records by user (see `columns.ts`). */
type Records = [records: number, from: number, start: number, users: number, recordBytes: number]
/** Hits and their number among the first events. */
type Hits = [counts: number, indexes: number]
/** How many hits are among the first events, every so many bytes. */
type Counts = [counts: number, stride: number]
/** Counters by level, and the list of those that are not 0. */
type Tally = [tally: number, touched: number]
/** Distinct days and their number among the first events. */
type Days = [dayCounts: number, days: number]

/**
 * The loops over events and rows, in WebAssembly (`assembly/`): compiled once for all threads, and at full speed from the
 * first batch on. Arrays are told by their address, `byteOffset` of a view of the thread's `KernelSpace`; what each argument is
 * stands at the kernel itself. The SQL compiler is their slow twin.
 */
export interface SweepKernels extends RecordKernels, RefreshKernels, HistoryKernels {
  readonly computeFormulas: Kernel<[table: number, limits: number, formulas: number, rows: number]>
  readonly appendValues: Kernel<[table: number, columns: number, at: number, rows: number]>
  readonly orderByCutoff: Kernel<
    [column: number, power: number, edges: number, batches: number, cutoffs: number, places: number, into: number]
  >
  readonly selectUsers: Kernel<
    [
      ...[statuses: number, users: number, cutoffs: number, start: number, counts: number, records: number],
      ...[words: number, ends: number, beginnings: number, flags: number, chosen: number, rows: number],
      ...[from: number, visible: number, recent: number],
    ],
    number
  >
  readonly arrangeRows: Kernel<
    [
      ...[flags: number, users: number, cutoffs: number, days: number, from: number, order: number],
      ...[cutoff: number, next: number],
    ]
  >
  readonly usersOfRows: Kernel<
    [
      ...[flags: number, chosen: number, users: number, cutoffs: number, firstUser: number, places: number],
      ...[next: number, into: number],
    ]
  >
  readonly labelsOfRows: Kernel<
    [
      ...[flags: number, chosen: number, users: number, cutoffs: number, statuses: number, places: number],
      ...[next: number, labels: number, kinds: number, isExample: number],
    ]
  >
  readonly lookUp: Kernel<[table: number, codes: number, counts: number, indexes: number, count: number]>
  readonly readTimes: Kernel<[...Records, second: number, day: number, baseDay: number]>
  readonly readField: Kernel<[...Records, into: number, shift: number, mask: number]>
  readonly readThree: Kernel<
    [...Records, ...[number, number, number], ...[number, number, number], ...[number, number, number]]
  >
  readonly readValue: Kernel<[...Records, into: number, isWide: number]>
  readonly shiftAll: Kernel<[values: number, into: number, count: number, by: number]>
  readonly addColumn: Kernel<[values: number, into: number, count: number]>
  readonly takeFlagged: Kernel<[flags: number, ...Hits, count: number]>
  readonly keepLevelled: Kernel<[all: number, codes: number, ...Hits, count: number]>
  readonly findLatest: Kernel<[...Hits, latest: number, count: number]>
  readonly countTypes: Kernel<[masks: number, codes: number, ...Counts, count: number]>
  readonly findLatestTypes: Kernel<[masks: number, codes: number, latest: number, stride: number, count: number]>
  readonly addUp: Kernel<[values: number, ...Counts, sums: number, count: number]>
  readonly findDays: Kernel<[day: number, ...Counts, start: number, users: number, dayCounts: number, days: number]>
  readonly findEdges: Kernel<
    [
      seen: number,
      start: number,
      users: number,
      rowsFrom: number,
      order: number,
      cutoff: number,
      ranks: number,
      edges: number,
      marks: number,
      cutoffs: number,
    ]
  >
  readonly findBeginnings: Kernel<[start: number, users: number, rowsFrom: number, order: number, into: number]>
  readonly countAll: Kernel<[window: number, into: number]>
  readonly countHits: Kernel<[window: number, ...Counts, into: number]>
  readonly sumHits: Kernel<[window: number, sums: number, unit: number, into: number]>
  readonly sumSome: Kernel<[window: number, ...Counts, sums: number, unit: number, isMean: number, into: number]>
  readonly sinceLast: Kernel<[window: number, latest: number, stride: number, day: number, into: number]>
  readonly sinceFirst: Kernel<[window: number, ...Hits, day: number, into: number]>
  readonly findExtreme: Kernel<
    [window: number, ...Hits, values: number, sign: number, unit: number, empty: number, into: number]
  >
  readonly findLastValue: Kernel<
    [window: number, ...Hits, second: number, micro: number, values: number, unit: number, into: number]
  >
  readonly countDays: Kernel<[window: number, dayCounts: number, into: number]>
  readonly countGaps: Kernel<[window: number, dayCounts: number, into: number]>
  readonly meanGaps: Kernel<[window: number, ...Days, into: number]>
  readonly firstGaps: Kernel<[window: number, ...Days, into: number]>
  readonly addSquares: Kernel<[days: number, squares: number, count: number]>
  readonly spreadGaps: Kernel<[window: number, ...Days, squares: number, into: number]>
  readonly sinceReturn: Kernel<[window: number, ...Days, silentDays: number, into: number]>
  readonly longestGaps: Kernel<[window: number, ...Days, into: number]>
  readonly runLongest: Kernel<[start: number, users: number, ...Days, longest: number]>
  readonly longestSoFar: Kernel<[window: number, dayCounts: number, longest: number, into: number]>
  readonly measureSessions: Kernel<
    [window: number, ...Hits, second: number, micro: number, pause: number, statistic: number, into: number]
  >
  readonly addIntervals: Kernel<[indexes: number, second: number, seconds: number, squares: number, hits: number]>
  readonly meanIntervals: Kernel<[window: number, counts: number, seconds: number, into: number]>
  readonly spreadIntervals: Kernel<[window: number, counts: number, seconds: number, squares: number, into: number]>
  readonly findSets: Kernel<
    [first: number, firstSets: number, second: number, secondSets: number, sets: number, count: number]
  >
  readonly keepSets: Kernel<[...Counts, sets: number, count: number]>
  readonly joinSets: Kernel<[shorter: number, into: number, half: number, count: number]>
  readonly measureRanges: Kernel<[window: number, total: number]>
  readonly uniteSets: Kernel<[window: number, tables: number, top: number, into: number]>
  readonly countBits: Kernel<[sets: number, window: number, shift: number, bits: number, into: number]>
  readonly countLevels: Kernel<[window: number, ...Hits, codes: number, ...Tally, into: number]>
  readonly spreadLevels: Kernel<
    [
      window: number,
      ...Hits,
      codes: number,
      ...Tally,
      statistic: number,
      logarithms: number,
      known: number,
      into: number,
    ]
  >
  readonly findEdgeLevel: Kernel<
    [window: number, ...Hits, second: number, micro: number, codes: number, isLast: number, into: number]
  >
}

let compiled: CompiledModule | null = null

/** The module of the build; compiled once per thread, and not at all where another thread's is posted. */
export function sweepModule(): CompiledModule {
  compiled ??= new webAssembly.Module(readFileSync(locate('features/sweep/kernels/sweep.wasm')))
  return compiled
}

function sweepKernels(module: CompiledModule, { memory }: KernelSpace): SweepKernels {
  const imports = { env: { memory, abort: onAbort }, host: { ln: Math.log } }
  return new webAssembly.Instance(module, imports).exports as unknown as SweepKernels
}

/** What one thread computes with. */
export interface KernelThread {
  readonly space: KernelSpace
  readonly kernels: SweepKernels
}

export function kernelThread(module: CompiledModule): KernelThread {
  const space = new KernelSpace()
  return { space, kernels: sweepKernels(module, space) }
}

function onAbort(): never {
  throw new Error('a kernel stopped itself')
}
