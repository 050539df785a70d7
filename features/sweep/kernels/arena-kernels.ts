import { readFileSync } from 'node:fs'
import { locate } from '../../../core/locate.ts'
import { type CompiledModule, type SharedMemory, webAssembly } from '../../../core/web-assembly.ts'

/** What to do with the arriving rows, in WebAssembly (`assembly/arena/`); arrays are told by their address in the memory. */
export interface ArenaKernels {
  pack(...args: [recipe: number, steps: number, rows: number]): void
  /** Returns how many rows have a place. */
  place(...args: [state: number, users: number, words: number, rows: number]): number
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
