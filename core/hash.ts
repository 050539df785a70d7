import { createHash } from 'node:crypto'

/** Lower-case hex sha256 of UTF-8 text or bytes, 64 characters. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
