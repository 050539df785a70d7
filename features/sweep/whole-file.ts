import { readSync, writeSync } from 'node:fs'

/** Fills `bytes` from byte `at` of the file on, however many the system gives at once. Throws where the file ends before. */
export function readWhole(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length;) {
    const read = readSync(file, bytes, done, bytes.length - done, at + done)
    if (read === 0) throw new Error('it ends too early')
    done += read
  }
}

/** Writes all of them from byte `at` of the file on, however many the system takes at once. Throws where it takes none. */
export function writeWhole(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, at + done)
}
