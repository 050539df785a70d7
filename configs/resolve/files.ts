import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { didYouMean } from '../../core/did-you-mean.ts'
import { EbbError, throwFaults } from '../../core/errors.ts'
import type { Origin } from '../origin.ts'
import { mergeMaps } from '../tree/merge.ts'
import { nodeAt } from '../tree/node.ts'
import type { MapNode } from '../tree/node.ts'
import { parseText } from '../tree/parse.ts'

export interface ReadFiles {
  /** The file merged over what it extends; `extends` itself is gone. */
  readonly root: MapNode
  /** The file alone, as it was read. */
  readonly text: string
}

/** Reads `file` and everything that it extends, the farthest base first. `file` is shown to people as given. */
export async function readFiles(file: string): Promise<ReadFiles> {
  const text = await readText(file, null)
  const root = await readLayers(text, file, 'file', [resolve(file)])
  return { root, text }
}

async function readLayers(
  text: string,
  file: string,
  from: Origin['from'],
  chain: readonly string[],
): Promise<MapNode> {
  const parsed = parseText(text, file, from)
  throwFaults(parsed.faults)
  const own = parsed.root!
  const base = nodeAt(own, ['extends'])
  if (base === null) return own
  const entries = new Map(own.entries)
  entries.delete('extends')
  const stripped: MapNode = { ...own, entries }
  if (base.kind !== 'scalar' || typeof base.value !== 'string')
    throw extendsFault('wrong type', 'the path of one config file', base.at)
  const path = isAbsolute(base.value) ? base.value : join(dirname(file), base.value)
  if (chain.includes(resolve(path)))
    throw extendsFault('this file extends itself, by way of others', 'no circle', base.at)
  const baseText = await readText(path, base.at)
  return mergeMaps(await readLayers(baseText, path, 'extends', [...chain, resolve(path)]), stripped)
}

async function readText(file: string, saidAt: Origin | null): Promise<string> {
  try {
    const bytes = await readFile(file)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code
    const position = { file: saidAt?.file, line: saidAt?.line, column: saidAt?.column }
    const said = { code: 'CONFIG_FILE', kind: 'config' as const, where: file, cause, ...position }
    if (reason === 'ENOENT') {
      const meant = await neighbourOf(file)
      const hint = meant === null ? {} : { hint: `did you mean "${meant}"?` }
      throw new EbbError({ ...said, what: 'there is no such file', expected: 'a config in YAML', ...hint })
    }
    if (reason === 'EISDIR') throw new EbbError({ ...said, what: 'this is a folder', expected: 'a config file' })
    throw new EbbError({ ...said, what: 'cannot be read as UTF-8 text', received: reason ?? 'other bytes' })
  }
}

/** The config in the same folder that was meant, e.g. `shop.yaml` for `shop.yml`; null: none is alike. */
async function neighbourOf(file: string): Promise<string | null> {
  const names = await readdir(dirname(file)).catch(() => [])
  const typed = basename(file)
  const configs = names.filter((name) => /\.ya?ml$/.test(name)).sort()
  const stem = (name: string): string => name.replace(/\.ya?ml$/, '')
  // Of a letter or two, everything is alike.
  const alike = stem(typed).length < 3 ? null : didYouMean(stem(typed), configs.map(stem))
  const meant = configs.find((name) => stem(name) === stem(typed)) ?? configs.find((name) => stem(name) === alike)
  return meant === undefined ? null : file.slice(0, file.length - typed.length) + meant
}

function extendsFault(what: string, expected: string, at: Origin): EbbError {
  const { file, line, column } = at
  return new EbbError({ code: 'CONFIG_EXTENDS', kind: 'config', where: 'extends', what, expected, file, line, column })
}
