import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { EbbError } from '../core/errors.ts'
import type { LoadedConfig } from '../configs/load.ts'

type Inputs = Pick<LoadedConfig['config'], 'sources' | 'attributes'>

/**
 * The inputs of a config, read from an older copy of the folder that holds them all: with sources below `data/app` and
 * `data/web`, `folder` stands in for `data`. Paths become absolute. Throws (kind `usage`) for inputs that are no files.
 */
export function olderInputs({ config, baseDir }: Pick<LoadedConfig, 'config' | 'baseDir'>, folder: string): Inputs {
  const { sources, attributes } = structuredClone({ sources: config.sources, attributes: config.attributes })
  const entries = [...Object.entries(sources), ...Object.entries(attributes)]
  const paths = entries.flatMap(([name, entry]) => pathsOf(name, entry))
  const root = commonFolder(paths.map((path) => resolve(baseDir, path)))
  const moved = (path: string): string => join(resolve(folder), relative(root, resolve(baseDir, path)))
  for (const [, entry] of entries) {
    const input = entry as FileInput
    input.path = typeof input.path === 'string' ? moved(input.path) : input.path.map(moved)
    if (input.ids !== undefined) input.ids.table = moved(input.ids.table)
  }
  return { sources, attributes }
}

interface FileInput {
  path: string | string[]
  ids?: { table: string }
}

function pathsOf(name: string, entry: object): string[] {
  const input = entry as Partial<FileInput>
  const paths = [input.path ?? [], input.ids?.table ?? []].flat()
  const isFile = (path: string): boolean => isAbsolute(path) || !/^[a-z][a-z0-9+]*:\/\//.test(path)
  if (input.path !== undefined && paths.every(isFile)) return paths
  throw new EbbError({
    code: 'AGAINST_NO_FILES',
    kind: 'usage',
    where: '--against',
    what: `"${name}" is not read from files, so that a folder cannot stand in for it`,
    expected: 'a config that names the older data',
  })
}

/** The deepest folder that holds all files; wildcards end a path. */
function commonFolder(paths: readonly string[]): string {
  const folders = paths.map((path) => {
    const parts = path.split(sep)
    const wild = parts.findIndex((part) => /[*?[]/.test(part))
    return parts.slice(0, wild < 0 ? -1 : wild)
  })
  const [first = []] = folders
  const same = first.findIndex((part, at) => folders.some((parts) => parts[at] !== part))
  return first.slice(0, same < 0 ? first.length : same).join(sep) || sep
}
