import { dirname, resolve } from 'node:path'
import type { EbbError } from '../core/errors.ts'
import { throwFaults } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { databaseUrls } from './checks/database-urls.ts'
import { crossChecks } from './cross-checks.ts'
import { explainIssues } from './explain-issues.ts'
import { faultAt } from './fault-at.ts'
import type { Origin } from './origin.ts'
import { readFiles } from './resolve/files.ts'
import { rebaseInputPaths, writtenDataEnd } from './resolve/input-paths.ts'
import { applyProfile, applySettings, profileNames } from './resolve/overrides.ts'
import { configHash, deepFreeze, originsOf, recorded } from './resolve/record.ts'
import { configFileSchema, configSchema } from './schema.ts'
import type { Config } from './schema.ts'
import { interpolate } from './tree/interpolate.ts'
import { nodeAt, plainValue } from './tree/node.ts'
import type { MapNode, TreeNode } from './tree/node.ts'

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
  const { root: files, text } = await readFiles(request.path)
  const { root, config, faults } = resolveConfig(files, request, profile)
  const others = profileNames(files).filter((name) => name !== profile)
  const inProfiles = others.flatMap((name) => faultsOfProfile(files, request, { name, known: faults }))
  throwFaults([...faults, ...inProfiles].toSorted(byPosition))
  return {
    config: deepFreeze(config!),
    sourceText: text,
    resolved: recorded(config!, root),
    overrides: { profile, set },
    origin: originsOf(config!, root),
    hash: configHash(config!, root),
    baseDir: resolve(dirname(request.path)),
    file: request.path,
  }
}

interface ResolvedConfig {
  readonly root: MapNode
  /** Null when there are faults. */
  readonly config: Config | null
  readonly faults: readonly EbbError[]
}

/** Profile and settings over the files, placeholders replaced, and everything checked. */
function resolveConfig(files: MapNode, request: LoadRequest, profile: string | null): ResolvedConfig {
  const merged = applySettings(applyProfile(files, profile), request.set ?? [])
  const asOf = request.asOf ?? writtenDataEnd(merged)
  const { node, faults } = interpolate(merged, { env: request.env, asOf })
  const root = rebaseInputPaths(node, resolve(dirname(request.path)))
  return { root, ...validate(root, faults) }
}

/** Schema first, then the checks over several keys: they run on every section that is sound, so that one pass says all. */
function validate(root: MapNode, unfilled: readonly EbbError[]): Pick<ResolvedConfig, 'config' | 'faults'> {
  const value = plainValue(root) as Record<string, unknown>
  const parsed = configSchema.safeParse(value)
  const issues = parsed.success ? [] : explainIssues(parsed.error.issues, configFileSchema, root)
  const crossed = [...crossChecks(soundSections(value)), ...databaseUrls(root)].map((finding) => faultAt(finding, root))
  const isUnfilled = new Set(unfilled.map((fault) => fault.details.where))
  const faults = [...unfilled, ...[...issues, ...crossed].filter((fault) => !isUnfilled.has(fault.details.where))]
  return { config: faults.length === 0 ? parsed.data! : null, faults }
}

function soundSections(value: Readonly<Record<string, unknown>>): Partial<Config> {
  const sound: Record<string, unknown> = {}
  for (const [key, section] of Object.entries(configSchema.shape)) {
    const parsed = section.safeParse(value[key])
    if (parsed.success) sound[key] = parsed.data
  }
  return sound as Partial<Config>
}

/** What would be wrong with another profile than the chosen one, beyond what is wrong anyway: a typo there should not wait. */
function faultsOfProfile(
  files: MapNode,
  request: LoadRequest,
  profile: { readonly name: string; readonly known: readonly EbbError[] },
): EbbError[] {
  const env = new Proxy(request.env, { get: (real, name: string) => real[name] ?? '' })
  const { faults } = resolveConfig(
    files,
    { ...request, env, set: [], asOf: request.asOf ?? '1970-01-01' },
    profile.name,
  )
  const known = new Set(profile.known.map((fault) => fault.message))
  return faults.filter(
    (fault) => fault.details.line !== undefined && isInProfile(files, profile.name, fault) && !known.has(fault.message),
  )
}

function isInProfile(files: MapNode, name: string, { details }: EbbError): boolean {
  const positions = new Set<string>()
  const visit = (node: TreeNode): void => {
    // What the environment will hold is not known here.
    if (node.kind === 'scalar' && String(node.value).includes('${')) return
    positions.add(positionOf(node.at))
    if (node.kind === 'list') node.items.forEach(visit)
    if (node.kind !== 'map') return
    for (const entry of node.entries.values()) {
      positions.add(positionOf(entry.keyAt))
      visit(entry.value)
    }
  }
  const profile = nodeAt(files, ['profiles', name])
  if (profile !== null) visit(profile)
  return positions.has(positionOf(details))
}

const positionOf = ({ file, line, column }: { file?: string; line?: number; column?: number }): string =>
  `${file}:${line}:${column}`

function byPosition(a: EbbError, b: EbbError): number {
  const line = (fault: EbbError): number => fault.details.line ?? 0
  return line(a) - line(b) || (a.details.column ?? 0) - (b.details.column ?? 0)
}
