import { readFileSync } from 'node:fs'
import { locate } from '../../core/locate.ts'
import type { Kernel } from './kernel-control.ts'
import { type CompiledModule, type SharedMemory, webAssembly } from './web-assembly.ts'

/** A compiled kernel module: `names[i]` is the i-th kernel. Travels to other threads without being compiled again. */
export interface KernelModule {
  readonly compiled: CompiledModule
  readonly names: readonly string[]
}

/** Compiled once per thread; code only, no memory. */
const loaded = new Map<string, KernelModule | null>()

/** The module `models/kernels/<name>.wasm` of the build; null where this runtime lacks the features that it uses. */
export function kernelModule(name: string): KernelModule | null {
  const known = loaded.get(name)
  if (known !== undefined) return known
  const bytes = readFileSync(locate(`models/kernels/${name}.wasm`))
  const module = webAssembly.validate(bytes) ? describeModule(new webAssembly.Module(bytes)) : null
  loaded.set(name, module)
  return module
}

function describeModule(compiled: CompiledModule): KernelModule {
  const functions = webAssembly.Module.exports(compiled).filter(({ kind }) => kind === 'function')
  return { compiled, names: functions.map(({ name }) => name) }
}

/** What kernels ask of the thread that they run on. */
export interface KernelHost {
  /** Asked by those that take long, which then end early. */
  readonly isStopped: () => boolean
  /** Has all threads run chunks of a kernel, on the caller's thread only. */
  readonly runChunks: (kernel: number, chunks: number) => void
}

/** The kernels of `module` over `memory`, in the order of its names. */
export function kernelsOf(
  { compiled, names }: KernelModule,
  memory: SharedMemory,
  { isStopped, runChunks }: KernelHost,
): Kernel[] {
  const imports = { env: { memory, abort: onAbort }, 'is-stopped': { isStopped }, 'run-chunks': { runChunks } }
  const { exports } = new webAssembly.Instance(compiled, imports)
  return names.map((name) => exports[name] as Kernel)
}

/** Also what `runChunks` is on threads that are not the caller's. */
export function onAbort(): never {
  throw new Error('a kernel stopped itself')
}
