import type { KernelMemory } from '../kernel-memory.ts'

const float = Math.fround

/** Twin of `drawRows` in assembly/training/draw-rows.ts. */
export function drawRows({ u32, f32, i32, f64 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [, , rows, seed, , pieceRows, pairs, weights, spare, counts] = args as unknown as number[]
  const [leastKey, ceiling, factor, scale, sums] = args.slice(12) as unknown as number[]
  const begin = chunk * pieceRows!
  const end = Math.min(rows!, begin + pieceRows!)
  let left = spare! / 4 + begin
  let right = spare! / 4 + end - 1
  let sumG = 0
  let sumH = 0
  let sumW = 0
  for (let row = begin; row < end; row++) {
    const at = pairs! / 4 + 2 * row
    const w = weights === 0 ? 1 : float(f32[weights! / 4 + row]! * float(scale!))
    const isLarge = keyOf(f32[at + 1]!, w) >= leastKey!
    if (!isLarge && hash(row, seed!) >= ceiling!) {
      u32[right--] = row
      continue
    }
    u32[left++] = row
    if (!isLarge) {
      f32[at] = f32[at]! * float(factor!)
      f32[at + 1] = f32[at + 1]! * float(factor!)
    }
    sumG += float(w * Math.abs(f32[at + 1]!))
    sumH += float(w * f32[at]!)
    sumW += w
  }
  i32[counts! / 4 + chunk] = left - spare! / 4 - begin
  f64.set([sumG, sumH, 0, sumW], sums! / 8 + 4 * chunk)
}

const floats = new Float32Array(1)
const bits = new Uint32Array(floats.buffer)

function keyOf(g: number, w: number): number {
  floats[0] = Math.abs(g * w)
  return bits[0]! >>> 16
}

/** 32 well-mixed bits (the finaliser of MurmurHash3, Appleby 2011). */
function hash(row: number, seed: number): number {
  let mixed = Math.imul(row + 1, 0x9e3779b1) ^ seed
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** Twin of `countSlopes`. */
export function countSlopes({ u32, f32 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [rows, pieceRows, pairs, weights, scale, counts] = args as unknown as number[]
  const begin = chunk * pieceRows!
  for (let row = begin; row < Math.min(rows!, begin + pieceRows!); row++) {
    const w = weights === 0 ? 1 : float(f32[weights! / 4 + row]! * float(scale!))
    u32[counts! / 4 + keyOf(f32[pairs! / 4 + 2 * row + 1]!, w)]!++
  }
}
