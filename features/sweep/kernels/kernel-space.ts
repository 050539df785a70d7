import { EbbError } from '../../../core/errors.ts'
import { type SharedMemory, webAssembly } from '../../../core/web-assembly.ts'

const pageBytes = 65_536
/** One less than 4 GB: the end of every room is an address, too. */
const mostPages = 65_535
/** Bytes of the smallest room, so that every room begins at a multiple of a vector's bytes. */
const smallest = 64

/** An array in the memory of kernels: `byteOffset` is its address there. */
export type KernelArray = Int32Array | Uint32Array | Uint16Array | Uint8Array | Float32Array | Float64Array

/**
 * The memory of one thread's kernels, and who has which part of it. Arrays in it are plain typed arrays to everyone else, and stay
 * valid when the memory grows. Rooms come in powers of two; one that is given back serves the next of its size. A new room is
 * not cleared.
 */
export class KernelSpace {
  readonly memory: SharedMemory
  /** Address 0 belongs to nobody. */
  private used = pageBytes
  /** Free rooms by log2 of their bytes. */
  private readonly free: number[][] = []

  constructor() {
    this.memory = new webAssembly.Memory({ initial: 2, maximum: mostPages, shared: true })
  }

  int32(length: number): Int32Array<SharedArrayBuffer> {
    const at = this.take(length * 4)
    return new Int32Array(this.memory.buffer, at, length)
  }

  uint32(length: number): Uint32Array<SharedArrayBuffer> {
    const at = this.take(length * 4)
    return new Uint32Array(this.memory.buffer, at, length)
  }

  uint16(length: number): Uint16Array<SharedArrayBuffer> {
    const at = this.take(length * 2)
    return new Uint16Array(this.memory.buffer, at, length)
  }

  uint8(length: number): Uint8Array<SharedArrayBuffer> {
    const at = this.take(length)
    return new Uint8Array(this.memory.buffer, at, length)
  }

  float32(length: number): Float32Array<SharedArrayBuffer> {
    const at = this.take(length * 4)
    return new Float32Array(this.memory.buffer, at, length)
  }

  float64(length: number): Float64Array<SharedArrayBuffer> {
    const at = this.take(length * 8)
    return new Float64Array(this.memory.buffer, at, length)
  }

  /** The array is not used any more, by anyone; its room may be handed out again at once. */
  giveBack(array: KernelArray): void {
    if (array.byteLength > 0) this.listOf(sizeClass(array.byteLength)).push(array.byteOffset)
  }

  /**
   * Address of a room of so many bytes; asked for before the buffer, which is another one when the memory has grown.
   * Throws EbbError where the memory is full.
   */
  private take(bytes: number): number {
    if (bytes === 0) return pageBytes
    const power = sizeClass(bytes)
    const known = this.listOf(power).pop()
    if (known !== undefined) return known
    const at = this.used
    const missing = at + 2 ** power - this.memory.buffer.byteLength
    if (missing > 0) this.grow(Math.ceil(missing / pageBytes))
    this.used = at + 2 ** power
    return at
  }

  private grow(pages: number): void {
    try {
      this.memory.grow(pages)
    } catch (cause) {
      throw new EbbError({
        code: 'SWEEP_MEMORY',
        kind: 'data',
        where: 'features',
        what: 'a user has more events than the sweep can hold at once',
        expected: 'some ten million events of one user, fewer where features are many',
        hint: 'leave a user that stands for many out with a filter, or set features.compiler to sql',
        cause,
      })
    }
  }

  private listOf(power: number): number[] {
    while (this.free.length <= power) this.free.push([])
    return this.free[power]!
  }
}

const sizeClass = (bytes: number): number => Math.ceil(Math.log2(Math.max(smallest, bytes)))
