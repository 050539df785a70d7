import { readFileSync } from 'node:fs'
import { locate } from '../../../core/locate.ts'
import { type CompiledModule, webAssembly } from '../../../core/web-assembly.ts'
import { KernelSpace } from './kernel-space.ts'
import type { RecordKernels } from './record-kernels.ts'

/** Arguments by name; WebAssembly takes as many as it likes. */
export type Kernel<A extends readonly number[]> = (...args: A) => void

/**
 * The loops over events and rows, in WebAssembly (`assembly/`): compiled once for all threads, and at full speed from the
 * first batch on. Arrays are told by their address, `byteOffset` of a view of the thread's `KernelSpace`; what each argument is
 * stands at the kernel itself. The SQL compiler is their slow twin.
 */
export interface SweepKernels extends RecordKernels {
  readonly computeFormulas: Kernel<[table: number, limits: number, formulas: number, rows: number]>
  readonly appendValues: Kernel<[table: number, columns: number, at: number, rows: number]>
  readonly orderByCutoff: Kernel<
    [column: number, power: number, edges: number, batches: number, cutoffs: number, into: number]
  >
  readonly lookUp: Kernel<[table: number, codes: number, counts: number, indexes: number, count: number]>
}

let compiled: CompiledModule | null = null

/** The module of the build; compiled once per thread, and not at all where another thread's is posted. */
export function sweepModule(): CompiledModule {
  compiled ??= new webAssembly.Module(readFileSync(locate('features/sweep/kernels/sweep.wasm')))
  return compiled
}

function sweepKernels(module: CompiledModule, { memory }: KernelSpace): SweepKernels {
  const imports = { env: { memory, abort: onAbort }, host: { ln: Math.log } }
  return new webAssembly.Instance(module, imports).exports as unknown as SweepKernels
}

/** What one thread computes with. */
export interface KernelThread {
  readonly space: KernelSpace
  readonly kernels: SweepKernels
}

export function kernelThread(module: CompiledModule): KernelThread {
  const space = new KernelSpace()
  return { space, kernels: sweepKernels(module, space) }
}

function onAbort(): never {
  throw new Error('a kernel stopped itself')
}
