import { EbbError } from '../../core/errors.ts'

/** Bytes below this address belong to the pool: control words, arguments, what the compiler puts there. */
export const firstFreeByte = 65_536
const pageBytes = 65_536
/** WebAssembly addresses 32 bits; the last page is left out so that every view has fewer than 2^32 entries. */
export const mostKernelBytes = 65_535 * pageBytes
const alignment = 64

/**
 * Lays out kernel memory before it exists: `reserve` gives addresses, `pages` what all of it needs. Addresses are whole
 * numbers up to 4 GiB (beyond 2 GiB they are negative as int32: convert with `>>> 0`, never with `| 0`).
 */
export class MemoryPlan {
  private next = firstFreeByte
  private readonly where: string
  private readonly what: string

  /** For the error beyond the limit: who asks (`fit gbdt`) and for what (`1,000,000 rows x 40 features`). */
  constructor({ where, what }: { where: string; what: string }) {
    this.where = where
    this.what = what
  }

  /** Address of `bytes` bytes, a multiple of 64; an EbbError of kind `data` beyond the limit of 32-bit addresses. */
  reserve(bytes: number): number {
    const address = this.next
    this.next = Math.ceil((address + bytes) / alignment) * alignment
    if (this.next <= mostKernelBytes) return address
    throw new EbbError({
      code: 'KERNEL_MEMORY',
      kind: 'data',
      where: this.where,
      what: `${this.what} do not fit into the memory of the kernels`,
      expected: `at most ${(mostKernelBytes / 2 ** 30).toFixed(2)} GiB`,
      received: `more than ${(this.next / 2 ** 30).toFixed(2)} GiB`,
      hint: 'use fewer rows (a sample of users, fewer cutoffs) or fewer features',
    })
  }

  /** Bytes that can still be reserved. */
  get left(): number {
    return mostKernelBytes - this.next
  }

  get pages(): number {
    return Math.ceil(this.next / pageBytes)
  }
}
