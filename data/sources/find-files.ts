import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { didYouMean } from '../../core/did-you-mean.ts'
import { EbbError } from '../../core/errors.ts'

export interface FoundFile {
  /** Absolute. */
  readonly path: string
  /** Relative to the config's folder, with `/`. */
  readonly uri: string
  readonly bytes: number
  readonly modifiedMs: number
}

export interface Searched {
  readonly baseDir: string
  /** Names the source, e.g. `sources.app`. */
  readonly where: string
  /** What `baseDir` is, for people; default: the config's folder. */
  readonly folder?: string
}

/**
 * The files of a source, each once, in ascending order of uri whatever the file system's order. `*` and `?` stay inside
 * a folder, `**` crosses folders; names that start with `_` or `.` are skipped by wildcards (`_SUCCESS`). Throws an
 * EbbError of kind `data` for a path without a file and for an empty file; `where` names the source, e.g. `sources.app`.
 */
export async function findFiles(
  paths: string | readonly string[],
  { baseDir, where, folder = "the config's folder" }: Searched,
): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>()
  for (const path of typeof paths === 'string' ? [paths] : paths) {
    const isExact = await isFileOrFolder(resolve(baseDir, path))
    const matches = isExact || !/[*?[]/.test(path) ? [resolve(baseDir, path)] : await expandGlob(resolve(baseDir, path))
    if (matches.length === 0) throw missing(`${where}: ${path}`, { what: 'no file matches', folder })
    for (const match of matches) {
      const file = await describe(match, { baseDir, where, path, folder })
      found.set(file.uri, file)
    }
  }
  return [...found.values()].sort((a, b) => (a.uri < b.uri ? -1 : 1))
}

async function describe(path: string, context: Required<Searched> & { readonly path: string }): Promise<FoundFile> {
  const { folder } = context
  const uri = relativeUri(context.baseDir, path)
  const place = `${context.where}: ${uri}`
  const entry = await stat(path).catch((error: NodeJS.ErrnoException) => error)
  if (entry instanceof Error) {
    if (entry.code === 'ENOENT' || entry.code === 'ENOTDIR')
      throw isAddress(uri)
        ? missing(place, { what: 'is an address, not a file', hint: addressHint })
        : missing(place, { what: 'no such file', folder, hint: await neighbour(path) })
    throw unreadable(place, entry.message, entry)
  }
  if (entry.isDirectory())
    throw missing(place, {
      what: 'is a folder, not a file',
      hint: `name the files in it, e.g. ${context.path}/*.parquet`,
    })
  if (entry.size === 0)
    throw new EbbError({
      code: 'INPUT_EMPTY',
      kind: 'data',
      where: place,
      what: 'the file is empty',
      expected: 'events',
      received: '0 bytes',
    })
  return { path, uri, bytes: entry.size, modifiedMs: entry.mtimeMs }
}

interface Missing {
  readonly what: string
  /** Where a file of that name was looked for. */
  readonly folder?: string
  readonly hint?: string
}

function missing(where: string, { what, folder, hint }: Missing): EbbError {
  const expected = folder === undefined ? undefined : `a file, relative to ${folder}`
  return new EbbError({ code: 'INPUT_MISSING', kind: 'data', where, what, expected, hint })
}

/** `https://host/x.csv`, also with one slash, as joining paths leaves it. */
export const isAddress = (path: string): boolean => /^[a-z][a-z0-9+.-]+:\/{1,2}[^/]/i.test(path)
export const addressHint = 'Ebb reads files of this machine, and PostgreSQL: fetch it first'

export function unreadable(where: string, what: string, cause?: unknown): EbbError {
  return new EbbError({ code: 'INPUT_UNREADABLE', kind: 'data', where, what, cause })
}

async function isFileOrFolder(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** The closest name in the same folder, as a hint. */
async function neighbour(path: string): Promise<string | undefined> {
  const names = await readdir(dirname(path)).catch(() => undefined)
  if (names === undefined) return `there is no folder "${basename(dirname(path))}" either`
  const near = didYouMean(basename(path), names.sort())
  return near === null ? undefined : `did you mean "${near}"?`
}

function relativeUri(baseDir: string, path: string): string {
  const uri = relative(baseDir, path)
  return (isAbsolute(uri) ? path : uri || '.').split(sep).join('/')
}

/** Absolute paths of the files (never folders) that match an absolute pattern. */
async function expandGlob(pattern: string): Promise<string[]> {
  const segments = pattern.split(sep)
  const firstWild = segments.findIndex((segment) => /[*?[]/.test(segment))
  const root = segments.slice(0, firstWild).join(sep) || sep
  const matches: string[] = []
  await descend(root, segments.slice(firstWild), matches)
  return matches
}

async function descend(folder: string, segments: readonly string[], matches: string[]): Promise<void> {
  const [segment, ...rest] = segments
  if (segment === undefined) return
  if (segment === '**') await descend(folder, rest, matches)
  const pattern = segmentPattern(segment)
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(folder, entry.name)
    const isHidden = /^[._]/.test(entry.name) && !/^[._]/.test(segment)
    if (isHidden || !pattern.test(entry.name)) continue
    const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(path)))
    if (isFolder && segment === '**') await descend(path, segments, matches)
    else if (isFolder) await descend(path, rest, matches)
    else if (rest.length === 0 && segment !== '**') matches.push(path)
    else if (segment === '**' && rest.length === 0) matches.push(path)
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
}

/** One path segment as a regular expression; a class `[ab]` may be negated with `!`. */
function segmentPattern(segment: string): RegExp {
  if (segment === '**') return /^/
  const body = segment.replaceAll(/\[(!?)([^\]]+)\]|[*?]|[.+^${}()|[\]\\]/g, (part, negation: string, set: string) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    if (set !== undefined) return `[${negation === '!' ? '^' : ''}${set.replaceAll('\\', '\\\\')}]`
    return `\\${part}`
  })
  return new RegExp(`^${body}$`, 's')
}
