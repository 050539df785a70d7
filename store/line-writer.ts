import { diskFault, nodeFileSystem, type FileSystem } from './file-system.ts'
import type { EbbError } from '../core/errors.ts'

/**
 * Appends lines to a file in order, many at a time, without making the caller wait. The first failure is kept, later
 * lines are dropped, and `flush` reports it: a log must not end a run in the middle of a computation.
 */
export class LineWriter {
  readonly path: string
  private readonly fs: FileSystem
  private waiting: string[] = []
  private writing: Promise<void> | undefined
  private failure: EbbError | undefined

  constructor(path: string, fs: FileSystem = nodeFileSystem) {
    this.path = path
    this.fs = fs
  }

  /** `line` without its line break. */
  add(line: string): void {
    if (this.failure !== undefined) return
    this.waiting.push(line.endsWith('\n') ? line : `${line}\n`)
    this.writing ??= this.drain()
  }

  /** Resolves when every line so far is in the file; rejects with the first failure. */
  async flush(): Promise<void> {
    await this.writing
    if (this.failure !== undefined) throw this.failure
  }

  private async drain(): Promise<void> {
    try {
      // Lines of the same turn go out together.
      await new Promise(setImmediate)
      while (this.waiting.length > 0) await this.fs.appendFile(this.path, this.waiting.splice(0).join(''))
    } catch (error) {
      this.failure = diskFault(error, this.path)
      this.waiting = []
    } finally {
      this.writing = undefined
    }
  }
}
