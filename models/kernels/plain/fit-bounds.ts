import { numericBounds } from '../../trees/numeric-bounds.ts'
import type { KernelMemory } from '../kernel-memory.ts'

/** Twin of assembly/training/fit-bounds.ts. */
export function fitBounds({ f32, i32 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [values, rows, , mostBins, bounds, found] = args as unknown as [number, number, number, number, number, number]
  const begin = values / 4 + chunk * rows
  const present = f32.slice(begin, begin + rows).filter((value) => value === value)
  const fitted = numericBounds(present, mostBins)
  const at = bounds / 4 + 256 * chunk
  f32.fill(Infinity, at, at + 256)
  f32.set(fitted, at)
  i32[found / 4 + chunk] = present.length === 0 ? -1 : fitted.length
}
