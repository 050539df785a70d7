import type { Kernel } from './sweep-kernels.ts'

type Coding = Kernel<[from: number, into: number, count: number]>

/** Kept rows as bytes, and back; `assembly/sweep/refresh.ts`. */
export interface RefreshKernels {
  readonly bytesToFloats: Coding
  readonly shortsToFloats: Coding
  readonly bytesToCodes: Coding
  readonly floatsToBytes: Coding
  readonly floatsToShorts: Coding
  readonly codesToBytes: Coding
  readonly bytesOfFloats: (from: number, count: number) => number
  readonly bytesOfCodes: (from: number, count: number) => number
  readonly addToSum: Kernel<[state: number, from: number, bytes: number]>
  readonly endSum: (state: number, bytes: number) => number
  /** Puts the events of users together; `merged-reader.ts`. */
  readonly joinPieces: (
    ...args: [
      table: number,
      pieces: number,
      users: number,
      words: number,
      dropped: number,
      ranges: number,
      at: number,
      start: number,
      counts: number,
      together: number,
    ]
  ) => number
}
