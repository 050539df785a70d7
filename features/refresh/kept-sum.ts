import { kernelThread, sweepModule, type KernelThread } from '../sweep/kernels/sweep-kernels.ts'

const stateBytes = 112
/** All but the last bytes of a block come in multiples of so many. */
export const sumStep = 32

/** Checksums of blocks of kept bytes, whole numbers below 2^53. The bytes lie in the thread's memory. */
export class KeptSum {
  private readonly thread: KernelThread
  private readonly state: Uint8Array
  private bytes = 0

  constructor(thread: KernelThread) {
    this.thread = thread
    this.state = thread.space.uint8(stateBytes).fill(0)
  }

  add({ byteOffset, length }: Uint8Array): void {
    this.thread.kernels.addToSum(this.state.byteOffset, byteOffset, length)
    this.bytes += length
  }

  /** Of the bytes since the last one. */
  end(): number {
    const sum = this.thread.kernels.endSum(this.state.byteOffset, this.bytes)
    this.bytes = 0
    return sum
  }

  /** The sum is not used any more. */
  giveBack(): void {
    this.thread.space.giveBack(this.state)
  }
}

let own: KernelThread | null = null

/** Of bytes of the main thread, wherever they lie. */
export function sumOf(bytes: Uint8Array): number {
  own ??= kernelThread(sweepModule())
  const room = own.space.uint8(bytes.length)
  room.set(bytes)
  const sum = new KeptSum(own)
  sum.add(room)
  const made = sum.end()
  sum.giveBack()
  own.space.giveBack(room)
  return made
}
