/**
 * Runs chunks of kernel number `kernel` on all threads, with the arguments as they lie there, and returns when all are
 * done; throws what `KernelPool.run` throws. For a kernel that has the other threads to itself: one chunk, run by the caller.
 */
export declare function runChunks(kernel: i32, chunks: i32): void
