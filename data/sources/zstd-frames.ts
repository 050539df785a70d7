import { open } from 'node:fs/promises'

const frameMagic = 0xfd2fb528
/** Skippable frames carry no data (RFC 8878, section 3.1.2). */
const isSkippable = (magic: number): boolean => magic >>> 4 === 0x184d2a5

/**
 * True when a zstd file consists of whole frames: walks the block headers without decompressing (RFC 8878, section 3).
 * A file that was cut off while it was copied ends inside a frame; DuckDB reads such a file to the cut without a word.
 */
export async function hasWholeZstdFrames(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const bytes = Buffer.alloc(18)
    const read = async (at: number): Promise<Buffer> =>
      bytes.subarray(0, (await file.read(bytes, 0, bytes.length, at)).bytesRead)
    let at = 0
    while (at < size) {
      const next = await frameEnd(read, at)
      if (next === undefined || next > size) return false
      at = next
    }
    return size > 0
  } finally {
    await file.close()
  }
}

async function frameEnd(read: (at: number) => Promise<Buffer>, start: number): Promise<number | undefined> {
  const head = await read(start)
  if (head.length < 6) return undefined
  const magic = head.readUInt32LE(0)
  if (isSkippable(magic)) return head.length < 8 ? undefined : start + 8 + head.readUInt32LE(4)
  if (magic !== frameMagic) return undefined
  const descriptor = head[4]!
  const hasChecksum = (descriptor & 4) !== 0
  let at = start + 5 + headerBytes(descriptor)
  for (;;) {
    const block = await read(at)
    if (block.length < 3) return undefined
    const header = block.readUIntLE(0, 3)
    const isRunLength = ((header >>> 1) & 3) === 1
    at += 3 + (isRunLength ? 1 : header >>> 3)
    if ((header & 1) === 1) return at + (hasChecksum ? 4 : 0)
  }
}

/** Window descriptor, dictionary id and content size, after the frame header descriptor. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 32) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!
  const sizeFlag = descriptor >>> 6
  const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : [0, 2, 4, 8][sizeFlag]!
  return (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes
}
