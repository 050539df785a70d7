/**
 * As much of the WebAssembly binary format (core specification 2.0, chapter 5) as two kernels need: functions over i32
 * and v128 that import one memory. Instructions are arrays of bytes, put together by ordinary functions.
 */
export type Code = readonly number[]

const prefix = 0xfd
export const i32 = 0x7f
export const v128 = 0x7b

export const join = (...parts: readonly Code[]): Code => parts.flat()
export const repeat = (count: number, part: (index: number) => Code): Code =>
  Array.from({ length: count }, (_, index) => part(index)).flat()

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)]
export const int = (value: number): Code => [0x41, ...signed(value)]
export const addInt = (a: Code, b: Code): Code => [...a, ...b, 0x6a]
export const timesInt = (a: Code, b: Code): Code => [...a, ...b, 0x6c]
/** local += value */
export const advance = (local: number, value: Code): Code => set(local, addInt(get(local), value))
/** Runs `body` and again while local `counter` is below `limit` (unsigned), at least once. */
export const loopWhileBelow = (counter: number, limit: Code, body: Code): Code =>
  join([0x03, 0x40], body, get(counter), limit, [0x49, 0x0d, 0x00, 0x0b])

/** Four floats at address + offset. */
export const load4 = (address: Code, offset = 0): Code => [...address, prefix, 0x00, 0x02, ...unsigned(offset)]
/** One float at the address, four times. */
export const loadSplat = (address: Code): Code => [...address, prefix, 0x09, 0x02, 0x00]
export const store4 = (address: Code, offset: number, value: Code): Code =>
  join(address, value, [prefix, 0x0b, 0x02], unsigned(offset))
export const add4 = (a: Code, b: Code): Code => [...a, ...b, prefix, 0xe4, 0x01]
export const times4 = (a: Code, b: Code): Code => [...a, ...b, prefix, 0xe6, 0x01]
export const zero4: Code = [prefix, 0x0c, ...Array.from({ length: 16 }, () => 0)]
export const lane = (value: Code, index: number): Code => [...value, prefix, 0x1f, index]

export const loadFloat = (address: Code, offset: number): Code => [...address, 0x2a, 0x02, ...unsigned(offset)]
export const storeFloat = (address: Code, offset: number, value: Code): Code =>
  join(address, value, [0x38, 0x02], unsigned(offset))
export const addFloat = (a: Code, b: Code): Code => [...a, ...b, 0x92]

export interface WasmFunction {
  readonly name: string
  /** Number of i32 parameters; locals 0 to parameters - 1. */
  readonly parameters: number
  /** Further locals: first so many i32, then so many v128. */
  readonly ints: number
  readonly vectors: number
  readonly body: Code
}

/** A module that imports `env.memory` and exports the functions by name. */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...vector(repeatBytes(parameters, i32)), 0x00])
  const memoryImport = [...text('env'), ...text('memory'), 0x02, 0x00, 0x00]
  const exports = functions.map(({ name }, at) => [...text(name), 0x00, ...unsigned(at)])
  const bodies = functions.map(({ ints, vectors, body }) => {
    const locals = [0x02, ...unsigned(ints), i32, ...unsigned(vectors), v128]
    return sized([...locals, ...body, 0x0b])
  })
  const indices = functions.map((_, at) => unsigned(at))
  const sections = [
    section(1, types),
    section(2, [memoryImport]),
    section(3, indices),
    section(7, exports),
    section(10, bodies),
  ]
  return Uint8Array.from(join(header, ...sections))
}

/** "\0asm", version 1. */
const header: Code = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
const repeatBytes = (count: number, byte: number): number[][] => Array.from({ length: count }, () => [byte])
const sized = (bytes: Code): number[] => [...unsigned(bytes.length), ...bytes]
const vector = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()]
const section = (id: number, items: readonly Code[]): number[] => [id, ...sized(vector(items))]
const text = (value: string): number[] => sized([...new TextEncoder().encode(value)])

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  const isLast = value >= -64 && value < 64
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)]
}
