import * as z from 'zod'
import { EbbError } from '../core/errors.ts'
import type { SavedModel } from './estimator.ts'

/** The bytes of a typed array, as a copy: later changes of the array do not reach the saved model. */
export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice()
}

/** Buffer `name` of a saved model as doubles (little-endian); `length` values, else an EbbError of kind `data`. */
export function doublesOf(saved: SavedModel, name: string, length: number): Float64Array {
  return new Float64Array(bufferOf(saved, name, length * 8))
}

/** Buffer `name` of a saved model as single-precision floats (little-endian), as `doublesOf`. */
export function floatsOf(saved: SavedModel, name: string, length: number): Float32Array {
  return new Float32Array(bufferOf(saved, name, length * 4))
}

function bufferOf(saved: SavedModel, name: string, byteLength: number): ArrayBuffer {
  const bytes = saved.buffers.get(name)
  if (bytes === undefined || bytes.byteLength !== byteLength)
    throw damaged(`buffer "${name}"`, `${byteLength} bytes`, bytes === undefined ? 'none' : String(bytes.byteLength))
  return new Uint8Array(bytes).buffer
}

/** The header of a saved model, checked against `schema`; an EbbError of kind `data` names the first thing wrong. */
export function headerOf<T>(saved: SavedModel, schema: z.ZodType<T>, estimator: string): T {
  const parsed = schema.safeParse(saved.header)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw damaged(
    `${estimator} header, ${issue.path.join('.') || 'top level'}`,
    'a header of this estimator',
    issue.message,
  )
}

/** Which estimator made `saved`; an EbbError of kind `data` when the header does not say. */
export function estimatorOf(saved: SavedModel): string {
  return headerOf(saved, z.looseObject({ estimator: z.string() }), 'model').estimator
}

function damaged(what: string, expected: string, received: string): EbbError {
  return new EbbError({
    code: 'MODEL_UNREADABLE',
    kind: 'data',
    where: 'saved model',
    what: `${what} cannot be read`,
    expected,
    received,
  })
}
