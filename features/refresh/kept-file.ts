import { closeSync, fstatSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { KeptStateFault, type KeptFile } from './kept-state.ts'

/** Writes bytes as one block. */
export function writeKept(folder: string, name: string, bytes: Uint8Array): KeptFile {
  writeFileSync(join(folder, name), bytes)
  return { name, bytes: bytes.length, blocks: [[bytes.length, crc32(bytes)]] }
}

/** A file that somebody else wrote just now. */
export function describeKept(folder: string, name: string): KeptFile {
  const bytes = readFileSync(join(folder, name))
  return { name, bytes: bytes.length, blocks: [[bytes.length, crc32(bytes)]] }
}

/** The whole file. Throws KeptStateFault where size or checksum is another. */
export function readKept(folder: string, file: KeptFile): Uint8Array<ArrayBuffer> {
  const bytes = new ReusedBytes().read(join(folder, file.name))
  checkBlocks(bytes, file)
  return bytes
}

/** Reads one file after the other into the same memory, which lies on a boundary of words. */
export class ReusedBytes {
  private memory = new ArrayBuffer(0)

  /** Valid until the next call. */
  read(path: string): Uint8Array<ArrayBuffer> {
    try {
      const file = openSync(path, 'r')
      try {
        const { size } = fstatSync(file)
        if (this.memory.byteLength < size) this.memory = new ArrayBuffer(Math.ceil(size * 1.25))
        const bytes = new Uint8Array(this.memory, 0, size)
        for (let done = 0; done < size;) {
          const read = readSync(file, bytes, done, size - done, done)
          if (read === 0) throw new Error('it ends too early')
          done += read
        }
        return bytes
      } finally {
        closeSync(file)
      }
    } catch (error) {
      throw new KeptStateFault(`${path}: ${(error as Error).message}`)
    }
  }
}

/** Throws KeptStateFault unless the bytes are those that were kept. */
export function checkBlocks(bytes: Uint8Array, { name, bytes: expected, blocks }: KeptFile): void {
  if (bytes.length !== expected)
    throw new KeptStateFault(`${name}: ${expected} bytes were kept, ${bytes.length} are there`)
  let at = 0
  for (const [length, crc] of blocks) {
    if (crc32(bytes.subarray(at, at + length)) !== crc) throw new KeptStateFault(`${name}: its content has changed`)
    at += length
  }
}
