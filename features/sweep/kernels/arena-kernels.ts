import { readFileSync } from 'node:fs'
import { locate } from '../../../core/locate.ts'
import { type CompiledModule, type SharedMemory, webAssembly } from '../../../core/web-assembly.ts'
import type { Kernel } from './sweep-kernels.ts'

type PackColumn = Kernel<[column: number, shift: number, into: number, rows: number]>

/** The loops over arriving rows, in WebAssembly (`assembly/arena/`); arrays are told by their address in the memory. */
export interface ArenaKernels {
  readonly maskUsers: Kernel<[users: number, mask: number, into: number, rows: number]>
  readonly addBytes: PackColumn
  readonly addHalves: PackColumn
  readonly addWords: PackColumn
  place(...args: [state: number, users: number, first: number, second: number, targets: number, rows: number]): number
  readonly scatter: Kernel<[values: number, targets: number, at: number, rows: number]>
}

let compiled: CompiledModule | null = null

export function arenaKernels(memory: SharedMemory): ArenaKernels {
  compiled ??= new webAssembly.Module(readFileSync(locate('features/sweep/kernels/arena.wasm')))
  const imports = { env: { memory, abort: onAbort } }
  return new webAssembly.Instance(compiled, imports).exports as unknown as ArenaKernels
}

function onAbort(): never {
  throw new Error('a kernel stopped itself')
}
