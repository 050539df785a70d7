import { dirname, resolve } from 'node:path'
import type { EbbError } from '../core/errors.ts'
import { throwFaults } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { crossChecks } from './cross-checks.ts'
import { explainIssues } from './explain-issues.ts'
import { faultAt } from './fault-at.ts'
import type { Origin } from './origin.ts'
import { readFiles } from './resolve/files.ts'
import { rebaseInputPaths, writtenDataEnd } from './resolve/input-paths.ts'
import { applyProfile, applySettings } from './resolve/overrides.ts'
import { configHash, deepFreeze, originsOf, recorded } from './resolve/record.ts'
import { configFileSchema, configSchema } from './schema.ts'
import type { Config } from './schema.ts'
import { interpolate } from './tree/interpolate.ts'
import { plainValue } from './tree/node.ts'
import type { MapNode } from './tree/node.ts'

/** Read-only all the way down. */
export type DeepReadonly<T> = T extends (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

export interface LoadRequest {
  /** The config file, as the user typed it: absolute or relative to the working folder. */
  readonly path: string
  readonly profile?: string | null
  /** `a.b=value` pairs; later ones win. */
  readonly set?: readonly string[]
  /** The environment for `${env:NAME}`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** For `${asOf}`; null = the config's own `dataEnd`. */
  readonly asOf?: string | null
}

export interface LoadedConfig {
  /** Frozen all the way down, every default filled in, input paths relative to `baseDir`. */
  readonly config: Config
  /** The file as it was read, for config.source.yaml. */
  readonly sourceText: string
  /** For config.resolved.json: what came from the environment is `***`. */
  readonly resolved: Json
  /** For overrides.json. */
  readonly overrides: { readonly profile: string | null; readonly set: readonly string[] }
  /** Dotted path of every scalar, list and empty map -> where it came from. */
  readonly origin: ReadonlyMap<string, Origin>
  /** Of what can change a result; `short` is its first 12 hex. */
  readonly hash: { readonly full: string; readonly short: string }
  /** Absolute folder of the config file: input paths start here. Outputs start at the working folder. */
  readonly baseDir: string
  /** The config file as the user typed it. */
  readonly file: string
}

/** Reads, merges and checks one config. Throws every fault that it finds at once, each with its position. */
export async function loadConfig(request: LoadRequest): Promise<LoadedConfig> {
  const profile = request.profile ?? null
  const set = request.set ?? []
  const baseDir = resolve(dirname(request.path))
  const { root: files, text } = await readFiles(request.path)
  const merged = applySettings(applyProfile(files, profile), set)
  const asOf = request.asOf ?? writtenDataEnd(merged)
  const { node, faults } = interpolate(merged, { env: request.env, asOf })
  const root = rebaseInputPaths(node, baseDir)
  const config = validate(root, faults)
  return {
    config: deepFreeze(config),
    sourceText: text,
    resolved: recorded(config, root),
    overrides: { profile, set },
    origin: originsOf(config, root),
    hash: configHash(config, root),
    baseDir,
    file: request.path,
  }
}

/** Schema first, then the checks over several keys: they run on every section that is sound, so that one pass says all. */
function validate(root: MapNode, earlier: readonly EbbError[]): Config {
  const value = plainValue(root) as Record<string, unknown>
  const parsed = configSchema.safeParse(value, { reportInput: false })
  const faults = [...earlier]
  const placeholders = new Set(earlier.map((fault) => fault.details.where))
  const issues = parsed.success ? [] : explainIssues(parsed.error.issues, configFileSchema, root)
  faults.push(...issues.filter((fault) => !placeholders.has(fault.details.where)))
  faults.push(...crossChecks(soundSections(value)).map((finding) => faultAt(finding, root)))
  throwFaults(faults.toSorted(byPosition))
  return parsed.data!
}

function soundSections(value: Readonly<Record<string, unknown>>): Partial<Config> {
  const sound: Record<string, unknown> = {}
  for (const [key, section] of Object.entries(configSchema.shape)) {
    const parsed = section.safeParse(value[key])
    if (parsed.success) sound[key] = parsed.data
  }
  return sound as Partial<Config>
}

function byPosition(a: EbbError, b: EbbError): number {
  return (
    (a.details.line ?? Infinity) - (b.details.line ?? Infinity) ||
    (a.details.column ?? 0) - (b.details.column ?? 0) ||
    0
  )
}
