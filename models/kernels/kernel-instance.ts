import type { Kernel } from './kernel-control.ts'
import type { KernelModule } from './kernel-module.ts'
import { type SharedMemory, webAssembly } from '../../core/web-assembly.ts'

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
