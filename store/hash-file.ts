import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { onDisk } from './file-system.ts'

export interface FileHash {
  readonly bytes: number
  /** Lower-case hex. */
  readonly sha256: string
}

/** Streams the file in 1 MiB pieces; the event loop turns between them. */
export function hashFile(path: string): Promise<FileHash> {
  return onDisk(path, async () => {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      hash.update(piece)
      bytes += piece.length
    }
    return { bytes, sha256: hash.digest('hex') }
  })
}
