import type { KernelMemory } from '../kernel-memory.ts'

/** Twin of `splitRows` in assembly/training/split-rows.ts. */
export function splitRows({ u8, i32, u32 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [order, first, count, isPlain, pieces, pieceRows, column, table, spare, counts] = args as unknown as number[]
  const begin = first! + chunk * pieceRows!
  const end = Math.min(first! + count!, begin + pieceRows!)
  const isAlone = pieces === 1
  const from = order! / 4
  const away = spare! / 4
  const to = (isAlone ? from : away) + begin
  let left = to
  let right = away + (isAlone ? begin : end - 1)
  for (let i = begin; i < end; i++) {
    const row = isPlain === 1 ? i : u32[from + i]!
    const isLeft = u8[table! + u8[column! + row]!]!
    u32[left] = row
    u32[right] = row
    left += isLeft
    right += (isAlone ? 1 : -1) * (1 - isLeft)
  }
  i32[counts! / 4 + chunk] = left - to
  if (isAlone) u32.copyWithin(left, away + begin, right)
}

/** Twin of `placeRows`. */
export function placeRows({ i32, u32 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [order, first, count, , , pieceRows, , , spare, counts, lefts, rights] = args as unknown as number[]
  const begin = first! + chunk * pieceRows!
  const end = Math.min(first! + count!, begin + pieceRows!)
  const here = i32[counts! / 4 + chunk]!
  u32.copyWithin(order! / 4 + i32[lefts! / 4 + chunk]!, spare! / 4 + begin, spare! / 4 + begin + here)
  let to = order! / 4 + i32[rights! / 4 + chunk]!
  for (let i = end - 1; i >= begin + here; i--) u32[to++] = u32[spare! / 4 + i]!
}
