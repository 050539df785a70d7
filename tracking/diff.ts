import { join } from 'node:path'
import type { InputFile, RunRecord } from '../core/artifacts.ts'
import { canonicalJson, parseJson } from '../core/json.ts'
import { nodeFileSystem, type FileSystem } from '../store/file-system.ts'
import { runFiles } from '../store/layout.ts'
import type { RunEntry } from './read.ts'

/** A value that differs; undefined = the run has none. */
export interface Difference {
  readonly key: string
  readonly a: unknown
  readonly b: unknown
}

export interface MetricDifference extends Difference {
  /** b - a; null unless both are numbers. */
  readonly difference: number | null
}

/** What differs between two runs, keys in ascending order; empty lists when nothing does. */
export interface RunDifference {
  readonly a: string
  readonly b: string
  readonly params: readonly Difference[]
  /** Dotted paths of config.resolved.json. */
  readonly config: readonly Difference[]
  /** Every metric of either run, also equal ones. */
  readonly metrics: readonly MetricDifference[]
  /** By `source: uri`; the values are sha256. */
  readonly inputs: readonly Difference[]
  /** Versions of ebb, node and engine; git commit; seed; as-of day. */
  readonly versions: readonly Difference[]
}

/** Compares what two runs wrote; a file that a run lacks counts as empty. */
export async function diffRuns(
  a: RunEntry & { readonly record: RunRecord },
  b: RunEntry & { readonly record: RunRecord },
  fs: FileSystem = nodeFileSystem,
): Promise<RunDifference> {
  const both = async (name: string): Promise<[Flat, Flat]> => [
    flatten(await readJson(join(a.dir, name), fs)),
    flatten(await readJson(join(b.dir, name), fs)),
  ]
  return {
    a: a.id,
    b: b.id,
    params: differences(...(await both(runFiles.params))),
    config: differences(...(await both(runFiles.resolvedConfig))),
    metrics: metricDifferences(...(await both(runFiles.metrics))),
    inputs: differences(await inputHashes(a.dir, fs), await inputHashes(b.dir, fs)),
    versions: differences(versionsOf(a.record), versionsOf(b.record)),
  }
}

type Flat = ReadonlyMap<string, unknown>

/** Leaves by dotted path; an empty list or map is a leaf. */
export function flatten(value: unknown, prefix = '', into: Map<string, unknown> = new Map()): Map<string, unknown> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (entries.length === 0) {
    if (prefix !== '') into.set(prefix, value)
    return into
  }
  for (const [key, inner] of entries) flatten(inner, prefix === '' ? key : `${prefix}.${key}`, into)
  return into
}

function keysOf(a: Flat, b: Flat): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].sort()
}

function differences(a: Flat, b: Flat): Difference[] {
  return keysOf(a, b)
    .filter((key) => a.has(key) !== b.has(key) || canonicalJson([a.get(key)]) !== canonicalJson([b.get(key)]))
    .map((key) => ({ key, a: a.get(key), b: b.get(key) }))
}

function metricDifferences(a: Flat, b: Flat): MetricDifference[] {
  return keysOf(a, b).map((key) => {
    const [x, y] = [a.get(key), b.get(key)]
    return { key, a: x, b: y, difference: typeof x === 'number' && typeof y === 'number' ? y - x : null }
  })
}

async function inputHashes(dir: string, fs: FileSystem): Promise<Flat> {
  const inputs = await readJson(join(dir, runFiles.inputs), fs)
  const files = Array.isArray(inputs) ? (inputs as Partial<InputFile>[]) : []
  return new Map(files.map(({ source, uri, sha256 }) => [`${source}: ${uri}`, sha256]))
}

function versionsOf(record: RunRecord): Flat {
  return new Map<string, unknown>([
    ...Object.entries(record.versions ?? {}),
    ['git', record.git?.commit ?? null],
    ['seed', record.seed],
    ['asOf', record.asOf ?? null],
  ])
}

async function readJson(path: string, fs: FileSystem): Promise<unknown> {
  try {
    return parseJson((await fs.readFile(path)).toString('utf8'))
  } catch {
    return undefined
  }
}
