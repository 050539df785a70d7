import type { Kernels } from '../kernel-contract.ts'
import {
  add4,
  addFloat,
  addInt,
  advance,
  type Code,
  get,
  int,
  join,
  lane,
  load4,
  loadFloat,
  loadSplat,
  loopWhileBelow,
  repeat,
  set,
  store4,
  storeFloat,
  times4,
  timesInt,
  type WasmFunction,
  wasmModule,
  zero4,
} from './wasm-writer.ts'

const floatBytes = 4
/** Bytes of a unit of a block (128 rows). */
const unitBytes = 128 * floatBytes

/** Products of four units with two vectors of four rows at a time: eight sums stay in registers. */
const multiply: WasmFunction = (() => {
  const [weights, start, x, out, inputs] = [0, 1, 2, 3, 4]
  const [row, at, end, rowBytes, w] = [5, 6, 7, 8, 9]
  const [low, high, factor, sums] = [13, 14, 15, 16]
  const units = [0, 1, 2, 3]
  const eachUnit = (part: (unit: number) => Code): Code => repeat(4, part)
  const inner = join(
    set(low, load4(get(at))),
    set(high, load4(get(at), 16)),
    eachUnit((unit) =>
      join(
        set(factor, loadSplat(get(w + unit))),
        set(sums + 2 * unit, add4(get(sums + 2 * unit), times4(get(factor), get(low)))),
        set(sums + 2 * unit + 1, add4(get(sums + 2 * unit + 1), times4(get(factor), get(high)))),
        advance(w + unit, int(floatBytes)),
      ),
    ),
    advance(at, int(unitBytes)),
  )
  const rows = join(
    set(at, addInt(get(x), get(row))),
    set(end, addInt(get(at), timesInt(get(inputs), int(unitBytes)))),
    eachUnit((unit) => set(w + unit, addInt(get(weights), timesInt(get(rowBytes), int(unit))))),
    eachUnit((unit) => {
      const first = loadSplat(addInt(get(start), int(unit * floatBytes)))
      return join(set(sums + 2 * unit, first), set(sums + 2 * unit + 1, first))
    }),
    loopWhileBelow(at, get(end), inner),
    ...units.map((unit) =>
      join(
        store4(addInt(get(out), get(row)), unit * unitBytes, get(sums + 2 * unit)),
        store4(addInt(get(out), get(row)), unit * unitBytes + 16, get(sums + 2 * unit + 1)),
      ),
    ),
    advance(row, int(32)),
  )
  const body = join(
    set(rowBytes, timesInt(get(inputs), int(floatBytes))),
    set(row, int(0)),
    loopWhileBelow(row, int(unitBytes), rows),
  )
  return { name: 'multiply', parameters: 5, ints: 8, vectors: 11, body }
})()

/** Dot products over the rows of four deltas with two inputs at a time. */
const addOuter: WasmFunction = (() => {
  const [delta, x, gradient, inputs] = [0, 1, 2, 3]
  const [row, at, end, rowBytes, other] = [4, 5, 6, 7, 8]
  const [x0, x1, d, sums] = [9, 10, 11, 12]
  const eachSum = (part: (unit: number, k: number) => Code): Code =>
    repeat(4, (unit) => repeat(2, (k) => part(unit, k)))
  const sumOf = (unit: number, k: number): number => sums + 2 * unit + k
  const inner = join(
    set(x0, load4(get(at))),
    set(x1, load4(get(at), unitBytes)),
    repeat(4, (unit) =>
      join(
        set(d, load4(get(other), unit * unitBytes)),
        set(sumOf(unit, 0), add4(get(sumOf(unit, 0)), times4(get(d), get(x0)))),
        set(sumOf(unit, 1), add4(get(sumOf(unit, 1)), times4(get(d), get(x1)))),
      ),
    ),
    advance(at, int(16)),
    advance(other, int(16)),
    advance(row, int(16)),
  )
  const total = (local: number): Code =>
    addFloat(addFloat(lane(get(local), 0), lane(get(local), 1)), addFloat(lane(get(local), 2), lane(get(local), 3)))
  const pair = join(
    eachSum((unit, k) => set(sumOf(unit, k), zero4)),
    set(at, get(x)),
    set(other, get(delta)),
    set(row, int(0)),
    loopWhileBelow(row, int(unitBytes), inner),
    eachSum((unit, k) => {
      const address = addInt(get(gradient), timesInt(get(rowBytes), int(unit)))
      const offset = k * floatBytes
      return storeFloat(address, offset, addFloat(loadFloat(address, offset), total(sumOf(unit, k))))
    }),
    advance(x, int(2 * unitBytes)),
    advance(gradient, int(2 * floatBytes)),
  )
  const body = join(
    set(rowBytes, timesInt(get(inputs), int(floatBytes))),
    set(end, addInt(get(gradient), get(rowBytes))),
    loopWhileBelow(gradient, get(end), pair),
  )
  return { name: 'addOuter', parameters: 4, ints: 5, vectors: 11, body }
})()

/** The part of the WebAssembly JavaScript interface that is used; the compiler's library has it only for browsers. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean
  Memory: new (descriptor: { initial: number }) => { readonly buffer: ArrayBuffer }
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

interface Exports {
  multiply(weights: number, start: number, x: number, out: number, inputs: number): void
  addOuter(delta: number, x: number, gradient: number, inputs: number): void
}

/** Kernels in WebAssembly with 128-bit vectors and a memory of their own; null where the machine has no such thing. */
export function simdKernels(floats: number): Kernels | null {
  const bytes = wasmModule([multiply, addOuter])
  if (!WebAssembly.validate(bytes)) return null
  const memory = new WebAssembly.Memory({ initial: Math.ceil((floats * floatBytes + 65_536) / 65_536) })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
  const kernels = instance.exports as Exports
  let next = 0
  return {
    allocate(length) {
      const values = new Float32Array(memory.buffer, next, length)
      next += length * floatBytes
      return values
    },
    multiply(weights, start, x, out) {
      const inputs = weights.length / start.length
      for (let o = 0; o < start.length; o += 4)
        kernels.multiply(
          weights.byteOffset + o * inputs * floatBytes,
          start.byteOffset + o * floatBytes,
          x.byteOffset,
          out.byteOffset + o * unitBytes,
          inputs,
        )
    },
    addOuter(delta, x, gradient, outputs) {
      const inputs = gradient.length / outputs
      for (let o = 0; o < outputs; o += 4)
        kernels.addOuter(
          delta.byteOffset + o * unitBytes,
          x.byteOffset,
          gradient.byteOffset + o * inputs * floatBytes,
          inputs,
        )
    },
  }
}
