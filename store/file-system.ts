import { appendFile, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { EbbError } from '../core/errors.ts'
import { makeFolder } from '../core/make-folder.ts'

/** What the store does to a disk; given from outside so that tests can fail every single step. */
export interface FileSystem {
  /** With all parents; an existing folder is fine. */
  mkdir(path: string): Promise<void>
  /** `wx` fails with EEXIST when the file exists. Not synced. */
  writeFile(path: string, content: string | Uint8Array, flag: 'w' | 'wx'): Promise<void>
  appendFile(path: string, text: string): Promise<void>
  /** The file's bytes are on the disk when it returns. */
  syncFile(path: string): Promise<void>
  /** The folder's names are on the disk when it returns. */
  syncFolder(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** A file or a whole folder; missing is fine. */
  remove(path: string): Promise<void>
  readFile(path: string): Promise<Buffer>
  /** Names in ascending order; a missing folder has none. */
  list(path: string): Promise<string[]>
  /** undefined when there is nothing of that name. Times by the file system's clock, milliseconds since 1970. */
  stat(path: string): Promise<FileFacts | undefined>
}

export interface FileFacts {
  readonly bytes: number
  readonly isFolder: boolean
  /** When the content was written. */
  readonly modifiedMs: number
  /** When content or mode were last touched: the heartbeat of a lock. */
  readonly changedMs: number
}

/** The real disk. */
export const nodeFileSystem: FileSystem = {
  mkdir: makeFolder,
  writeFile: (path, content, flag) => writeFile(path, content, { flag }),
  appendFile: (path, text) => appendFile(path, text),
  syncFile: async (path) => {
    const file = await open(path, 'r+')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  },
  syncFolder: async (path) => {
    const folder = await open(path, 'r').catch(ignoreUnsyncable)
    try {
      await folder?.sync().catch(ignoreUnsyncable)
    } finally {
      await folder?.close()
    }
  },
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
  readFile: (path) => readFile(path),
  list: async (path) => (await readdir(path).catch(emptyWhenMissing)).sort(),
  stat: async (path) => {
    const facts = await stat(path).catch(undefinedWhenMissing)
    if (facts === undefined) return undefined
    return {
      bytes: facts.size,
      isFolder: facts.isDirectory(),
      modifiedMs: facts.mtimeMs,
      changedMs: facts.ctimeMs,
    }
  },
}

/** `ENOSPC` and the like; undefined for errors that do not come from the system. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof EbbError) return errnoOf(error.details.cause)
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined
}

const temporary: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'disk quota used up',
  EIO: 'the disk reports an input/output error',
  EAGAIN: 'the system is short of resources for the moment',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this machine',
  EBUSY: 'the file is busy',
  ETIMEDOUT: 'the disk did not answer in time',
  ESTALE: 'the network disk lost the file',
  ENOMEM: 'out of memory',
}

const forbidden: Readonly<Record<string, string>> = {
  EACCES: 'no permission to write or read here',
  EPERM: 'no permission to write or read here',
  EROFS: 'the file system is read-only',
}

const inTheWay: Readonly<Record<string, string>> = {
  EEXIST: 'a file stands where a folder is needed',
  ENOTDIR: 'a file stands where a folder is needed',
  EISDIR: 'a folder stands where a file is needed',
}

/** An error of the system as one line naming the file; an EbbError is passed on as it is. */
export function diskFault(error: unknown, path: string): EbbError {
  if (error instanceof EbbError) return error
  const errno = errnoOf(error)
  const known = errno === undefined ? undefined : temporary[errno]
  const isSpace = errno === 'ENOSPC' || errno === 'EDQUOT'
  return new EbbError({
    code: isSpace ? 'DISK_FULL' : known === undefined ? 'DISK_FAILED' : 'IO_TEMPORARY',
    kind: known === undefined ? 'stage' : 'temporary',
    where: path,
    what:
      known ??
      forbidden[errno ?? ''] ??
      inTheWay[errno ?? ''] ??
      `cannot be used (${errno ?? (error instanceof Error ? error.message : String(error))})`,
    hint: isSpace
      ? 'free disk space and run again'
      : forbidden[errno ?? ''] === undefined
        ? undefined
        : 'work in a folder of your own, or change its permissions',
    file: path,
    cause: error,
  })
}

/** Runs `work` and turns errors of the system into faults that name `path`; others pass as they are. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw errnoOf(error) === undefined ? error : diskFault(error, path)
  }
}

/** Folders cannot be synced everywhere (Windows, some network disks): there the rename alone has to do. */
function ignoreUnsyncable(error: NodeJS.ErrnoException): undefined {
  if (['EINVAL', 'ENOTSUP', 'EPERM', 'EISDIR', 'EACCES'].includes(error.code ?? '')) return undefined
  throw error
}

function emptyWhenMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

function undefinedWhenMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}
