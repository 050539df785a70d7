import { dirname } from 'node:path'
import type { FoundFile } from './find-files.ts'

/** Keys of Hive folders (`dt=2026-01-01/`) that every file has, in the order of the first file's path. */
export function folderKeys(files: readonly FoundFile[]): string[] {
  const keysOf = (file: FoundFile): string[] =>
    dirname(file.path)
      .split('/')
      .flatMap((segment) => /^([^=]+)=/.exec(segment)?.[1] ?? [])
  const [first, ...rest] = files.map(keysOf)
  return (first ?? []).filter((key) => rest.every((keys) => keys.includes(key)))
}
