/** Types of the compact protocol that Parquet's headers use. */
const code = { true: 1, false: 2, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const

/** A value with its type; structs are fields by ascending number. */
export type Thrift =
  | { readonly kind: 'i32' | 'i64'; readonly value: number }
  | { readonly kind: 'binary'; readonly value: string }
  | { readonly kind: 'list'; readonly of: keyof typeof code; readonly values: readonly Thrift[] }
  | { readonly kind: 'struct'; readonly fields: ThriftFields }

/** By ascending number; undefined = absent. */
export type ThriftFields = Readonly<Record<number, Thrift | undefined>>

export const i32 = (value: number): Thrift => ({ kind: 'i32', value })
export const i64 = (value: number): Thrift => ({ kind: 'i64', value })
export const text = (value: string): Thrift => ({ kind: 'binary', value })
export const struct = (fields: ThriftFields): Thrift => ({ kind: 'struct', fields })
export const list = (of: keyof typeof code, values: readonly Thrift[]): Thrift => ({ kind: 'list', of, values })

/** Thrift compact protocol (Apache Thrift, doc/specs/thrift-compact-protocol.md). */
export function encodeThrift(value: Thrift): Uint8Array {
  const bytes: number[] = []
  put(bytes, value)
  return Uint8Array.from(bytes)
}

function put(bytes: number[], value: Thrift): void {
  switch (value.kind) {
    case 'i32':
    case 'i64':
      return putVarint(bytes, value.value >= 0 ? value.value * 2 : -value.value * 2 - 1)
    case 'binary': {
      const encoded = new TextEncoder().encode(value.value)
      putVarint(bytes, encoded.length)
      for (const byte of encoded) bytes.push(byte)
      return
    }
    case 'list':
      if (value.values.length < 15) bytes.push((value.values.length << 4) | code[value.of])
      else {
        bytes.push(0xf0 | code[value.of])
        putVarint(bytes, value.values.length)
      }
      for (const item of value.values) put(bytes, item)
      return
    case 'struct':
      return putStruct(bytes, value.fields)
  }
}

/** Field numbers rise by less than 16. */
function putStruct(bytes: number[], fields: ThriftFields): void {
  let last = 0
  for (const [key, field] of Object.entries(fields)) {
    if (field === undefined) continue
    bytes.push(((Number(key) - last) << 4) | code[field.kind])
    last = Number(key)
    put(bytes, field)
  }
  bytes.push(0)
}

function putVarint(bytes: number[], value: number): void {
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
}

/** A number below 2^53 as a varint. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = []
  putVarint(bytes, value)
  return Uint8Array.from(bytes)
}
