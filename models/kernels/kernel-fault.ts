import { EbbError } from '../../core/errors.ts'

/** A kernel that failed, or whose thread did. */
export function kernelFault(name: string, what: string, cause?: unknown): EbbError {
  return new EbbError({
    code: 'KERNEL_FAILED',
    kind: 'stage',
    where: `kernel ${name}`,
    what,
    hint: 'run it again; if it fails again, with one thread or kernels: ts',
    cause,
  })
}
