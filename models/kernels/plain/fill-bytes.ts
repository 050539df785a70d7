import type { KernelMemory } from '../kernel-memory.ts'

/** The rows of one chunk: arguments 0 to 6, as assembly/scoring/tile.ts has them. */
export interface Tile {
  readonly begin: number
  readonly rows: number
  /** Address of the bytes; columns are `stride` apart. */
  readonly bytes: number
  readonly stride: number
}

/** Twin of assembly/scoring/tile.ts: makes the bytes of a tile and says where they are. */
export function fillTile(memory: KernelMemory, args: Float64Array, chunk: number): Tile {
  const [columns, count, rowCount, tileRows, bytes, , stride] = Array.from(args.subarray(0, 7)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const begin = chunk * tileRows
  const tile = { begin, rows: Math.min(tileRows, rowCount - begin), bytes, stride }
  for (let c = 0; c < count; c++) fillColumn(memory, columns / 4 + 4 * c, { ...tile, bytes: bytes + c * stride })
  return tile
}

/** Twin of assembly/scoring/fill-bytes.ts, for one column. */
function fillColumn({ u8, u16, u32, f32 }: KernelMemory, column: number, { begin, rows, bytes }: Tile): void {
  const [kind, steps, source, table] = u32.subarray(column, column + 4) as unknown as [number, number, number, number]
  if (kind === 0) {
    const values = f32.subarray(source / 4 + begin, source / 4 + begin + rows)
    return binFloats(values, f32.subarray(table / 4, table / 4 + (1 << steps)), u8.subarray(bytes, bytes + rows))
  }
  for (let row = 0; row < rows; row++) u8[bytes + row] = u8[table + u16[source / 2 + begin + row]!]!
}

/** `bounds` has a power of two entries, of which the last is never looked at. */
function binFloats(values: Float32Array, bounds: Float32Array, bytes: Uint8Array): void {
  const first = bounds.length >> 1
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!
    let bin = 0
    for (let half = first; half > 0; half >>= 1) bin += bounds[bin + half - 1]! < value ? half : 0
    bytes[row] = value === value ? bin : 255
  }
}
