import type { KernelThread } from './kernels/sweep-kernels.ts'

const roomFor = (length: number): number => Math.max(512, 2 ** Math.ceil(Math.log2(length + 1)))

/** Room for `count` + 1 numbers at least, in the place of a smaller one. */
export function larger({ space }: KernelThread, smaller: Int32Array, count: number): Int32Array {
  space.giveBack(smaller)
  return space.int32(roomFor(count))
}

export function largerSums({ space }: KernelThread, smaller: Float64Array, count: number): Float64Array {
  space.giveBack(smaller)
  return space.float64(roomFor(count))
}
