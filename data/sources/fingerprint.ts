import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { EbbError } from '../../core/errors.ts'
import { unreadable, type FoundFile } from './find-files.ts'
import { hasWholeZstdFrames } from './zstd-frames.ts'

const cut = 'was it cut off while it was copied?'

/**
 * Refuses files that are not whole: DuckDB reads a cut gzip or zstd file up to the cut without a word. `where` names
 * the source. Gzip is checked while hashing, see `fingerprint`.
 */
export async function checkWhole(file: FoundFile, where: string): Promise<void> {
  const place = `${where}: ${file.uri}`
  if (file.path.endsWith('.zst') && !(await hasWholeZstdFrames(file.path)))
    throw notWhole(place, 'not a whole zstd file', cut)
}

/** A Parquet file starts and ends with `PAR1`, and its footer lies inside it. */
export async function checkWholeParquet(file: FoundFile, where: string): Promise<void> {
  const handle = await open(file.path, 'r').catch((error: unknown) => {
    throw unreadable(`${where}: ${file.uri}`, String(error), error)
  })
  try {
    const bytes = Buffer.alloc(12)
    await handle.read(bytes, 0, 4, 0)
    await handle.read(bytes, 4, 8, Math.max(0, file.bytes - 8))
    const startsWell = bytes.toString('latin1', 0, 4) === 'PAR1'
    const endsWell = bytes.toString('latin1', 8, 12) === 'PAR1' && bytes.readUInt32LE(4) + 12 <= file.bytes
    if (file.bytes >= 12 && startsWell && endsWell) return
    const what = startsWell ? 'not a whole Parquet file, its end is missing' : 'not a Parquet file'
    throw notWhole(`${where}: ${file.uri}`, what, startsWell ? cut : undefined)
  } finally {
    await handle.close()
  }
}

/** sha256 of the bytes, streamed; a `.gz` is unpacked on the way, so that a broken or cut one is found. */
export async function fingerprint(file: FoundFile, where: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const isGzip = file.path.endsWith('.gz')
  const bytes = Readable.from(hashed(createReadStream(file.path, { highWaterMark: 1 << 20 }), hash))
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  try {
    if (isGzip) await pipeline(bytes, createGunzip({ chunkSize: 1 << 20 }), nowhere, { signal })
    else await pipeline(bytes, nowhere, { signal })
  } catch (error) {
    throw readFault(error, `${where}: ${file.uri}`)
  }
  return hash.digest('hex')
}

async function* hashed(
  chunks: AsyncIterable<Buffer>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

function readFault(error: unknown, place: string): EbbError {
  const { code, name } = error as NodeJS.ErrnoException
  if (name === 'AbortError')
    return new EbbError({ code: 'INTERRUPTED', kind: 'interrupted', where: place, what: 'reading cancelled' })
  if (code === 'Z_BUF_ERROR') return notWhole(place, 'not a whole gzip file', cut)
  if (code?.startsWith('Z_') === true) return notWhole(place, 'not a gzip file, or a broken one')
  return unreadable(place, (error as Error).message, error)
}

function notWhole(where: string, what: string, hint?: string): EbbError {
  return new EbbError({ code: 'INPUT_UNREADABLE', kind: 'data', where, what, hint })
}

/** Throws (kind `temporary`) when a file is not the one that was found at the start: someone writes to it. */
export async function checkUnchanged(file: FoundFile, where: string): Promise<void> {
  const now = await stat(file.path).catch(() => undefined)
  if (now !== undefined && now.size === file.bytes && now.mtimeMs === file.modifiedMs) return
  throw new EbbError({
    code: 'INPUT_CHANGED',
    kind: 'temporary',
    where: `${where}: ${file.uri}`,
    what: 'the file changed while it was read',
    expected: `${file.bytes} bytes throughout`,
    received: now === undefined ? 'no file' : `${now.size} bytes`,
    hint: 'run again when its writer is done',
  })
}
