import * as z from 'zod'
import { EbbError } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import type { Json } from '../core/json.ts'
import type { SavedModel } from './estimator.ts'

/**
 * A saved model in one piece: 8 bytes `EBBMODL1`, 32 bytes sha256 of all that follows, 4 bytes length of the directory
 * (little-endian), the directory (JSON: header, buffers by name with offset and length), padding, then the buffers, each
 * starting at a multiple of 8. The same model gives the same bytes.
 */
const magic = 'EBBMODL1'
const prefixBytes = 8 + 32 + 4

const count = z.int().min(0)
const directorySchema = z.object({
  header: z.json() as z.ZodType<Json>,
  buffers: z.array(z.object({ name: z.string(), offset: count, length: count })),
})
type Directory = z.infer<typeof directorySchema>

export function packModel(saved: SavedModel): Uint8Array {
  const names = [...saved.buffers.keys()].sort()
  let offset = 0
  const buffers = names.map((name) => {
    const entry = { name, offset, length: saved.buffers.get(name)!.byteLength }
    offset = align(offset + entry.length)
    return entry
  })
  const text = new TextEncoder().encode(JSON.stringify({ header: saved.header, buffers } satisfies Directory))
  const start = align(prefixBytes + text.length)
  const packed = new Uint8Array(start + offset)
  packed.set(new TextEncoder().encode(magic), 0)
  new DataView(packed.buffer).setUint32(40, text.length, true)
  packed.set(text, prefixBytes)
  for (const entry of buffers) packed.set(saved.buffers.get(entry.name)!, start + entry.offset)
  packed.set(Buffer.from(sha256(packed.subarray(40)), 'hex'), 8)
  return packed
}

/** Whether bytes say of themselves that they are a packed model; they may be damaged all the same. */
export function isPackedModel(bytes: Uint8Array): boolean {
  return bytes.length >= prefixBytes && new TextDecoder().decode(bytes.subarray(0, 8)) === magic
}

/** Reads back what `packModel` made; an EbbError of kind `data` when the bytes are cut, changed or something else. */
export function unpackModel(packed: Uint8Array, where = 'model file'): SavedModel {
  if (!isPackedModel(packed))
    throw unreadable(where, 'not a packed model', `a file that starts with ${magic}`, `${packed.length} bytes`)
  const expected = Buffer.from(packed.subarray(8, 40)).toString('hex')
  const received = sha256(packed.subarray(40))
  if (expected !== received) throw unreadable(where, 'the bytes were cut or changed', `sha256 ${expected}`, received)
  const textLength = new DataView(packed.buffer, packed.byteOffset).getUint32(40, true)
  const text = new TextDecoder().decode(packed.subarray(prefixBytes, prefixBytes + textLength))
  const directory = directoryOf(text, where)
  const start = align(prefixBytes + textLength)
  const buffers = directory.buffers.map(({ name, offset, length }) => {
    const end = start + offset + length
    if (end > packed.length)
      throw unreadable(where, `buffer "${name}" is not inside the file`, `at least ${end} bytes`, String(packed.length))
    return [name, packed.slice(start + offset, end)] as const
  })
  return { header: directory.header, buffers: new Map(buffers) }
}

function directoryOf(text: string, where: string): Directory {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw unreadable(
      where,
      'the directory is not JSON',
      'header and buffers',
      error instanceof Error ? error.message : '',
    )
  }
  const parsed = directorySchema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw unreadable(where, `directory, ${issue.path.join('.')}`, 'header and buffers', issue.message)
}

function align(offset: number): number {
  return Math.ceil(offset / 8) * 8
}

function unreadable(where: string, what: string, expected: string, received: string): EbbError {
  return new EbbError({ code: 'MODEL_UNREADABLE', kind: 'data', where, what, expected, received })
}
