import type { KernelMemory } from '../kernel-memory.ts'
import type { Tile } from './fill-bytes.ts'

export interface PlanAt {
  /** Address of the plan. */
  readonly plan: number
  readonly image: number
  readonly tables: number
  readonly phi: number
}

/** Twin of assembly/scoring/shapley-tables.ts. */
export function addTable(memory: KernelMemory, { plan, image, tables, phi }: PlanAt, tile: Tile): void {
  const { u32, f64 } = memory
  const group = plan / 4
  const [points, columns, width, table] = u32.subarray(group, group + 4) as unknown as [number, number, number, number]
  const cells = new Uint16Array(tile.rows)
  for (const [column, steps] of pointSteps(u32.subarray(group + 4, group + 4 + 2 * points)))
    addSteps(memory, { cells, bytes: tile.bytes + column, steps })
  const behind = group + 4 + 2 * points
  for (let k = 0; k < columns; k++) {
    const steps = memory.u16.subarray((image + u32[behind + 2 * k + 1]!) / 2).subarray(0, 256)
    addSteps(memory, { cells, bytes: tile.bytes + u32[behind + 2 * k]!, steps })
  }
  const places = u32.subarray(behind + 2 * columns, behind + 2 * columns + width)
  for (let k = 0; k < width; k++)
    addColumn(f64, cells, { from: (tables + table) / 8 + k, width, to: (phi + places[k]!) / 8 })
}

/** The change points of each column as 256 sums. */
function pointSteps(points: Uint32Array): Map<number, Uint16Array> {
  const found = new Map<number, Uint16Array>()
  for (let p = 0; p < points.length; p += 2) {
    const steps = found.get(points[p]!) ?? new Uint16Array(256)
    found.set(points[p]!, steps)
    const step = points[p + 1]! >>> 16
    for (let byte = points[p + 1]! & 255; byte < 256; byte++) steps[byte]! += step
  }
  return found
}

function addSteps(
  { u8 }: KernelMemory,
  { cells, bytes, steps }: { cells: Uint16Array; bytes: number; steps: Uint16Array },
): void {
  for (let row = 0; row < cells.length; row++) cells[row]! += steps[u8[bytes + row]!]!
}

function addColumn(
  f64: Float64Array,
  cells: Uint16Array,
  { from, width, to }: { from: number; width: number; to: number },
): void {
  for (let row = 0; row < cells.length; row++) f64[to + row]! += f64[from + cells[row]! * width]!
}
