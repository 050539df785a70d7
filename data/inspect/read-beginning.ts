import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

/** The first `limit` bytes of a file, unpacked when it is gzip; `isWhole` when that is all. A broken gzip gives what came before. */
export async function readBeginning(path: string, limit: number): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const head = await take(createReadStream(path, { end: 1 }), 2)
  const isGzip = head.bytes[0] === 0x1f && head.bytes[1] === 0x8b
  const stream = createReadStream(path)
  return take(isGzip ? stream.pipe(createGunzip()) : stream, limit)
}

async function take(stream: AsyncIterable<unknown>, limit: number): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (length > limit) break
    }
  } catch {
    // Cut off: the reader that comes later says so with the file's name.
  }
  const all = Buffer.concat(chunks)
  return { bytes: all.subarray(0, limit), isWhole: length <= limit }
}
