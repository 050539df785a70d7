import type * as z from 'zod'
import { nodeAt } from './tree/node.ts'
import type { MapNode } from './tree/node.ts'

type Schema = z.core.$ZodType
type Path = readonly PropertyKey[]

/** The schemas that may stand at `path`: several under a union; the one whose discriminator fits where there is one. */
export function schemasAt(schema: Schema, path: Path, root: MapNode): Schema[] {
  let current = open(schema, [], root)
  path.forEach((step, depth) => {
    const reached = path.slice(0, depth + 1)
    current = current.flatMap((one) => child(one, String(step))).flatMap((one) => open(one, reached, root))
  })
  return current
}

/** Names that may be written below `path`, without repeats; empty where any name may. */
export function knownKeys(schema: Schema, path: Path, root: MapNode): string[] {
  const keys = schemasAt(schema, path, root).flatMap((one) => {
    const { def } = one._zod as z.core.$ZodTypeInternals & { def: z.core.$ZodObjectDef }
    return def.type === 'object' ? Object.keys(def.shape) : []
  })
  return [...new Set(keys)]
}

/** True where the keys below `path` are names that the user gives. */
export function isKeyedByName(schema: Schema, path: Path, root: MapNode): boolean {
  return schemasAt(schema, path, root).some((one) => (one._zod as { def: z.core.$ZodTypeDef }).def.type === 'record')
}

/** The values that may stand at `path` where they can be listed (enums, literals, discriminators); else empty. */
export function knownValues(schema: Schema, path: Path, root: MapNode): unknown[] {
  const values = schemasAt(schema, path, root).flatMap((one) => [...(one._zod.values ?? [])])
  return [...new Set(values)]
}

/** What may stand at `path`, in words: `a whole number from 1 to 365`, `one of a, b` or `text or a list`. */
export function allowedValue(schema: Schema, path: Path, root: MapNode): string | null {
  const listed = knownValues(schema, path, root)
  const words = schemasAt(schema, path, root).map((one) => (one._zod.values === undefined ? inWords(one) : null))
  if (listed.length > 0) words.push(listed.length === 1 ? JSON.stringify(listed[0]) : `one of ${listed.join(', ')}`)
  const known = [...new Set(words.filter((word) => word !== null))]
  return known.length === 0 ? null : known.join(' or ')
}

/** The description of the nearest schema at `path`, or null. */
export function descriptionAt(schema: z.ZodType, path: Path, root: MapNode): string | null {
  const parents = schemasAt(schema, path.slice(0, -1), root)
  for (const parent of parents) {
    for (const found of child(parent, String(path.at(-1)))) {
      const { description } = found as z.ZodType
      if (description !== undefined) return description
    }
  }
  return null
}

function child(schema: Schema, step: string): Schema[] {
  const { def } = schema._zod as { def: z.core.$ZodTypeDef }
  if (def.type === 'object') {
    const found = (def as z.core.$ZodObjectDef).shape[step]
    return found === undefined ? [] : [found]
  }
  if (def.type === 'record') return [(def as z.core.$ZodRecordDef).valueType]
  if (def.type === 'array') return [(def as z.core.$ZodArrayDef).element]
  return []
}

/** Takes off defaults and optionals, opens unions; a discriminated union with a fitting value gives that option alone. */
function open(schema: Schema, path: Path, root: MapNode): Schema[] {
  const { def } = schema._zod as { def: z.core.$ZodTypeDef }
  if ('innerType' in def) return open(def.innerType as Schema, path, root)
  if (def.type === 'lazy') return open((def as z.core.$ZodLazyDef).getter(), path, root)
  if (def.type !== 'union') return [schema]
  const { options, discriminator } = def as z.core.$ZodUnionDef & { discriminator?: string }
  if (discriminator === undefined) return options.flatMap((option) => open(option, path, root))
  const node = nodeAt(root, [...path, discriminator])
  const value = node?.kind === 'scalar' ? node.value : undefined
  const fitting = options.filter((option) => option._zod.propValues?.[discriminator]?.has(value as string))
  return (fitting.length > 0 ? fitting : options).flatMap((option) => open(option, path, root))
}

function inWords(schema: Schema): string | null {
  const { def } = schema._zod as { def: z.core.$ZodTypeDef }
  if (def.type === 'string') return 'text'
  if (def.type === 'number') return numberInWords(def as z.core.$ZodNumberDef & { format?: string })
  if (def.type === 'boolean') return 'true or false'
  if (def.type === 'array') return 'a list'
  if (def.type === 'object' || def.type === 'record') return 'a map'
  return null
}

type Bound = { readonly check: string; readonly value?: number; readonly inclusive?: boolean; readonly format?: string }

function numberInWords(def: z.core.$ZodNumberDef & { format?: string }): string {
  const bounds = (def.checks ?? []).map((check) => check._zod.def as Bound)
  const isWhole = [def.format, ...bounds.map((bound) => bound.format)].some((format) => format?.includes('int'))
  const kind = isWhole ? 'a whole number' : 'a number'
  const low = bounds.find((bound) => bound.check === 'greater_than')
  const high = bounds.find((bound) => bound.check === 'less_than')
  if (low !== undefined && high === undefined) return `${kind} ${low.inclusive ? 'of at least' : 'above'} ${low.value}`
  if (high !== undefined && low === undefined) return `${kind} ${high.inclusive ? 'of at most' : 'below'} ${high.value}`
  if (low === undefined || high === undefined) return kind
  return `${kind} ${low.inclusive ? 'from' : 'above'} ${low.value} ${high.inclusive ? 'to' : 'and below'} ${high.value}`
}
