import type { KernelSet } from './kernel-pool.ts'
import { fitBounds } from './plain/fit-bounds.ts'

/** The kernels that grow trees; each twin names its source in assembly/. */
export const trainingKernels: KernelSet = { module: 'training', twins: { fitBounds } }
