import { closeSync, openSync, rmSync } from 'node:fs'
import { writeWhole } from './whole-file.ts'

/** A file that is made when something is first written to it, and removed when it is closed. */
export class SpillFile {
  private readonly path: string
  private opened: number | null = null

  constructor(path: string) {
    this.path = path
  }

  /** Null: nothing was written. */
  get descriptor(): number | null {
    return this.opened
  }

  /** The first `bytes` of the data, to byte `at` of the file. */
  write(data: Int32Array, bytes: number, at: number): void {
    this.opened ??= openSync(this.path, 'w+')
    writeWhole(this.opened, new Uint8Array(data.buffer, data.byteOffset, bytes), at)
  }

  close(): void {
    if (this.opened === null) return
    closeSync(this.opened)
    rmSync(this.path, { force: true })
    this.opened = null
  }
}
