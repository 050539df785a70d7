/**
 * Tells the runtime that `bytes` of memory which it does not count (shared memory, handles of a driver) can be collected: a
 * buffer of that size, never touched and so without memory behind it, is counted and brings the collection about in time.
 */
export function weighMemory(bytes: number): void {
  void new ArrayBuffer(bytes)
}
