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

interface Directory {
  readonly header: Json
  readonly buffers: readonly { readonly name: string; readonly offset: number; readonly length: number }[]
}

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

/** Reads back what `packModel` made; an EbbError of kind `data` when the bytes are cut, changed or something else. */
export function unpackModel(packed: Uint8Array, where = 'model file'): SavedModel {
  const isOurs = packed.length >= prefixBytes && new TextDecoder().decode(packed.subarray(0, 8)) === magic
  if (!isOurs)
    throw unreadable(where, 'not a packed model', `a file that starts with ${magic}`, `${packed.length} bytes`)
  const expected = Buffer.from(packed.subarray(8, 40)).toString('hex')
  const received = sha256(packed.subarray(40))
  if (expected !== received) throw unreadable(where, 'the bytes were cut or changed', `sha256 ${expected}`, received)
  const textLength = new DataView(packed.buffer, packed.byteOffset).getUint32(40, true)
  const text = new TextDecoder().decode(packed.subarray(prefixBytes, prefixBytes + textLength))
  const directory = JSON.parse(text) as Directory
  const start = align(prefixBytes + textLength)
  const buffers = directory.buffers.map(
    ({ name, offset, length }) => [name, packed.slice(start + offset, start + offset + length)] as const,
  )
  return { header: directory.header, buffers: new Map(buffers) }
}

function align(offset: number): number {
  return Math.ceil(offset / 8) * 8
}

function unreadable(where: string, what: string, expected: string, received: string): EbbError {
  return new EbbError({ code: 'MODEL_UNREADABLE', kind: 'data', where, what, expected, received })
}
