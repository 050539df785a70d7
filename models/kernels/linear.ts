import type { KernelSet } from './kernel-pool.ts'
import { addProducts } from './plain/add-products.ts'

/** The kernel of linear models; its twin names its source in assembly/. */
export const linearKernels: KernelSet = { module: 'linear', twins: { addProducts } }
