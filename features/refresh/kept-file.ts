import { closeSync, fstatSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KernelThread } from '../sweep/kernels/sweep-kernels.ts'
import { readWhole } from '../sweep/whole-file.ts'
import { KeptStateFault, type KeptFile } from './kept-state.ts'
import { KeptSum, sumOf } from './kept-sum.ts'

/** Writes bytes as one block. */
export function writeKept(folder: string, name: string, bytes: Uint8Array): KeptFile {
  writeFileSync(join(folder, name), bytes)
  return { name, bytes: bytes.length, blocks: [[bytes.length, sumOf(bytes)]] }
}

/** The whole file, on a boundary of words. Throws KeptStateFault where size or checksum is another. */
export function readKept(folder: string, file: KeptFile): Uint8Array<ArrayBuffer> {
  const path = join(folder, file.name)
  const descriptor = openKept(path)
  try {
    const bytes = new Uint8Array(fstatSync(descriptor).size)
    readPart(descriptor, { bytes, at: 0, path })
    checkBlocks(bytes, file)
    return bytes
  } finally {
    closeSync(descriptor)
  }
}

/** A kept file read from its beginning to its end, a stretch at a time, so that each is still in the core's cache when it is used. */
export interface Stretches {
  /** The next bytes, on a boundary of words in the memory of kernels; valid until the next call. */
  take(bytes: number): Uint8Array<SharedArrayBuffer>
}

/** Kernels may read so many bytes too many. */
const spareBytes = 64

/**
 * What `use` makes of the file's stretches; they are compared with its checksums as they are read, so that nothing may be
 * believed before this returns. Throws KeptStateFault where size or checksum is another.
 */
export function readStretches<T>(
  path: string,
  kept: KeptFile,
  { thread, use }: { readonly thread: KernelThread; readonly use: (stretches: Stretches) => T },
): T {
  const { space } = thread
  const file = openKept(path)
  const sums = new Checksums(kept, thread)
  let room = space.uint8(0)
  try {
    let at = 0
    const take = (length: number): Uint8Array<SharedArrayBuffer> => {
      if (!(length <= kept.bytes - at)) throw new KeptStateFault(`${kept.name}: it says another number of rows`)
      if (room.length < length + spareBytes) {
        space.giveBack(room)
        room = space.uint8(length + spareBytes)
      }
      const bytes = room.subarray(0, length)
      readPart(file, { bytes, at, path })
      sums.add(bytes)
      at += length
      return bytes
    }
    const { size } = fstatSync(file)
    if (size !== kept.bytes) throw new KeptStateFault(`${kept.name}: ${kept.bytes} bytes were kept, ${size} are there`)
    const made = use({ take })
    take(kept.bytes - at)
    return made
  } finally {
    space.giveBack(room)
    sums.giveBack()
    closeSync(file)
  }
}

function openKept(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw new KeptStateFault(`${path}: ${(error as Error).message}`)
  }
}

/** Fills `bytes` from byte `at` on. Throws KeptStateFault where that cannot be read. */
export function readPart(file: number, { bytes, at, path }: { bytes: Uint8Array; at: number; path: string }): void {
  try {
    readWhole(file, bytes, at)
  } catch (error) {
    throw new KeptStateFault(`${path}: ${(error as Error).message}`)
  }
}

/** Compares bytes that come stretch by stretch with the checksums of a file's blocks. */
class Checksums {
  private readonly file: KeptFile
  private readonly sum: KeptSum
  private block = 0
  private done = 0

  constructor(file: KeptFile, thread: KernelThread) {
    this.file = file
    this.sum = new KeptSum(thread)
  }

  add(bytes: Uint8Array): void {
    const { name, blocks } = this.file
    for (let at = 0; at < bytes.length;) {
      const [length, expected] = blocks[this.block]!
      const end = Math.min(bytes.length, at + length - this.done)
      this.sum.add(bytes.subarray(at, end))
      this.done += end - at
      at = end
      if (this.done < length) continue
      if (this.sum.end() !== expected) throw new KeptStateFault(`${name}: its content has changed`)
      this.block++
      this.done = 0
    }
  }

  giveBack(): void {
    this.sum.giveBack()
  }
}

/** Throws KeptStateFault unless the bytes are those that were kept. */
function checkBlocks(bytes: Uint8Array, { name, bytes: expected, blocks }: KeptFile): void {
  if (bytes.length !== expected)
    throw new KeptStateFault(`${name}: ${expected} bytes were kept, ${bytes.length} are there`)
  let at = 0
  for (const [length, sum] of blocks) {
    if (sumOf(bytes.subarray(at, at + length)) !== sum) throw new KeptStateFault(`${name}: its content has changed`)
    at += length
  }
}
