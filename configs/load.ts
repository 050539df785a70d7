import type { Json } from '../core/json.ts'
import type { Config } from './schema.ts'

/** Read-only all the way down. */
export type DeepReadonly<T> = T extends (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

/** Where one value of the config came from. */
export interface Origin {
  from: 'default' | 'extends' | 'file' | 'profile' | 'command line'
  /** As shown to people: `configs/shop.yaml:12`, `profile dev`, `-s models.gbdt.trees=10`, `default`. */
  text: string
  file?: string
  line?: number
  column?: number
}

export interface LoadRequest {
  /** The config file, as the user typed it (relative to the working folder). */
  path: string
  profile?: string
  /** `a.b=value` pairs, later ones win. */
  set?: readonly string[]
  /** The environment for ${env:NAME}. */
  env: Readonly<Record<string, string | undefined>>
  /** For ${asOf}; null = the config's own dataEnd. */
  asOf: string | null
}

export interface LoadedConfig {
  /** Deep-frozen, defaults filled in, input paths relative to `baseDir`. */
  config: DeepReadonly<Config>
  /** The file as it was read, for config.source.yaml. */
  sourceText: string
  /** For config.resolved.json: what came from the environment is `***`. */
  resolved: Json
  /** For overrides.json. */
  overrides: { profile: string | null; set: readonly string[] }
  /** Dotted path of every leaf -> where it came from. */
  origin: ReadonlyMap<string, Origin>
  /** Of the resolved config without tracking, notes, retention, resources and output paths. */
  hash: { full: string; short: string }
  /** Absolute folder that input paths start from: the config file's own. */
  baseDir: string
  /** The config file as the user typed it. */
  file: string
}

export declare function loadConfig(request: LoadRequest): Promise<LoadedConfig>
