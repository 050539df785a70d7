import type { KernelMemory } from '../kernel-memory.ts'

const rowsPerPiece = 2048
const binsAlready = 9
const missingBin = 255

/** Twin of assembly/training/bin-rows.ts: the number of bounds below the value, counted by halving. */
export function binRows({ f32, u8 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [
    values,
    step,
    staged,
    first,
    bounds,
    steps,
    columns,
    columnBytes,
    columnRow,
    matrix,
    rows,
    features,
    perGroup,
    pieces,
  ] = args as unknown as number[]
  const block = Math.floor(chunk / pieces!)
  const begin = (chunk % pieces!) * rowsPerPiece
  const end = Math.min(staged!, begin + rowsPerPiece)
  const blocks = Math.ceil(features! / 8)
  const group = Math.floor(block / perGroup!)
  const stride = 8 * Math.min(perGroup!, blocks - group * perGroup!)
  const groupAt = matrix! + group * perGroup! * 8 * rows!
  for (let f = 8 * block; f < Math.min(features!, 8 * block + 8); f++) {
    const table = f32.subarray(bounds! / 4 + 256 * f, bounds! / 4 + 256 * f + 256)
    const areBins = u8[steps! + f] === binsAlready
    for (let i = begin; i < end; i++) {
      const value = f32[values! / 4 + f * step! + i]!
      const bin = areBins ? value : binOf(value, table)
      u8[columns! + f * columnBytes! + columnRow! + i] = bin
      u8[groupAt + (first! + i) * stride + f - group * perGroup! * 8] = bin
    }
  }
}

function binOf(value: number, table: Float32Array): number {
  if (Number.isNaN(value)) return missingBin
  let bin = 0
  for (let half = 128; half >= 1; half /= 2) if (table[bin + half - 1]! < value) bin += half
  return bin
}
