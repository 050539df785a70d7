import { type SharedMemory, webAssembly } from '../../core/web-assembly.ts'

const pageBytes = 65_536
/** One less than 4 GB: the end of every room is an address, too. */
const mostPages = 65_535

/** Rooms by name in the memory of kernels; one that is asked for again is the same, unless it has become too small. */
export class Rooms {
  readonly memory: SharedMemory = new webAssembly.Memory({ initial: 1, maximum: mostPages, shared: true })
  /** All of the memory; valid until the next `take`. */
  bytes = new Uint8Array(this.memory.buffer)
  /** Address 0 belongs to nobody. */
  private used = 64
  private readonly known = new Map<string, { readonly at: number; readonly bytes: number }>()

  /** Address of a room of so many bytes at least; not cleared, a multiple of 64. Throws RangeError where the memory is full. */
  take(name: string, bytes: number): number {
    const room = this.known.get(name)
    if (room !== undefined && room.bytes >= bytes) return room.at
    const at = this.used
    this.used += Math.ceil(bytes / 64) * 64
    this.known.set(name, { at, bytes })
    const missing = this.used - this.memory.buffer.byteLength
    if (missing > 0) {
      this.memory.grow(Math.ceil(missing / pageBytes))
      this.bytes = new Uint8Array(this.memory.buffer)
    }
    return at
  }
}
