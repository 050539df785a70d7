import { readFileSync, writeFileSync } from 'node:fs'
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
  const bytes = readWords(join(folder, file.name))
  checkBlocks(bytes, file)
  return bytes
}

/** The bytes of a file from a boundary of 8 bytes on, so that they can be read as words. */
export function readWords(path: string): Uint8Array<ArrayBuffer> {
  let bytes: Buffer<ArrayBuffer>
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new KeptStateFault(`${path}: ${(error as Error).message}`)
  }
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
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
