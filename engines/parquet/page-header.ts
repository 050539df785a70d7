import { encodeThrift, i32, struct, varint } from './thrift.ts'

/** Numbers of the format (parquet.thrift: `Encoding`, `PageType`). */
export const encoding = { plain: 0, rle: 3, dictionary: 8 } as const
const pageKind = { data: 0, dictionary: 2 } as const

/** In front of the distinct values. */
export function dictionaryHeader({ bytes, count }: { readonly bytes: number; readonly count: number }): Uint8Array {
  return header(pageKind.dictionary, bytes, { 7: struct({ 1: i32(count), 2: i32(encoding.plain) }) })
}

/** In front of the presence of the values and the values. */
export function dataHeader(page: {
  readonly rows: number
  readonly bytes: number
  readonly hasDictionary: boolean
}): Uint8Array {
  const values = page.hasDictionary ? encoding.dictionary : encoding.plain
  const details = { 1: i32(page.rows), 2: i32(values), 3: i32(encoding.rle), 4: i32(encoding.rle) }
  return header(pageKind.data, page.bytes, { 5: struct(details) })
}

function header(kind: number, bytes: number, details: Parameters<typeof struct>[0]): Uint8Array {
  return encodeThrift(struct({ 1: i32(kind), 2: i32(bytes), 3: i32(bytes), ...details }))
}

/** Definition levels, 1 = there: their length in four bytes, then one run: of ones, or packed bits that come behind. */
export function presenceHead(there: number, rows: number): Uint8Array {
  const bits = there === rows ? 0 : Math.ceil(rows / 8)
  const run = there === rows ? [...varint(rows * 2), 1] : varint(bits * 2 + 1)
  const head = new Uint8Array(4 + run.length)
  new DataView(head.buffer).setUint32(0, run.length + bits, true)
  head.set(run, 4)
  return head
}

/** The width of the indexes, then the start of one run: all the only value there is, or packed bits that come behind. */
export function indexesHead(count: number, width: number): Uint8Array {
  return Uint8Array.of(width, ...varint(width === 0 ? count * 2 : Math.ceil(count / 8) * 2 + 1))
}

/** Bits of the largest of `count` indexes. */
export const widthOf = (count: number): number => (count < 2 ? 0 : 32 - Math.clz32(count - 1))
