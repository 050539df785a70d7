import { readFileSync } from 'node:fs'
import { locate } from '../../../core/locate.ts'
import { type CompiledModule, type SharedMemory, webAssembly } from '../../../core/web-assembly.ts'

type Index = (
  ...at: [values: number, count: number, most: number, table: number, distinct: number, indexes: number]
) => number

/** The loops over values, in WebAssembly (`assembly/parquet.ts`, where each is told); arrays by their address in the memory. */
export interface ParquetKernels {
  readonly singlesThere: (values: number, count: number, bits: number) => number
  readonly codesThere: (codes: number, count: number, bits: number) => number
  readonly keepSingles: (values: number, count: number, into: number) => void
  readonly keepCodes: (codes: number, count: number, into: number) => void
  readonly indexAll: Index
  readonly indexThere: Index
  readonly packIndexes: (...at: [indexes: number, count: number, width: number, into: number]) => void
}

let compiled: CompiledModule | null = null

/** The module of the build; compiled once per thread, and not at all where another thread's is posted. */
export function parquetModule(): CompiledModule {
  compiled ??= new webAssembly.Module(readFileSync(locate('engines/parquet/kernels/parquet.wasm')))
  return compiled
}

export function parquetKernels(module: CompiledModule, memory: SharedMemory): ParquetKernels {
  const { exports } = new webAssembly.Instance(module, { env: { memory, abort: onAbort } })
  return exports as unknown as ParquetKernels
}

function onAbort(): never {
  throw new Error('a kernel stopped itself')
}
