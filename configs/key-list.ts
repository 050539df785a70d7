import { configJsonSchema } from './json-schema.ts'

type Schema = Readonly<Record<string, unknown>>

export interface ConfigKey {
  /** 0 = at the top. */
  readonly depth: number
  /** `horizonDays`, `NAME` for names of your own, or `kind: gbdt` for one of several shapes. */
  readonly key: string
  readonly isRequired: boolean
  /** As JSON; null where there is none, or only the defaults of the keys inside. */
  readonly default: string | null
  readonly description: string
}

/** Every key of a config file in the order of the schema, those of a map one deeper than the map. */
export function configKeys(): ConfigKey[] {
  return keysOf(configJsonSchema(), 0)
}

function keysOf(schema: Schema, depth: number): ConfigKey[] {
  const variants = variantsOf(schema)
  if (variants.length > 0) return variants.flatMap((variant) => keysOfVariant(variant, depth))
  const {
    properties,
    additionalProperties: others,
    items,
  } = schema as { properties?: Schema; additionalProperties?: unknown; items?: Schema }
  if (properties !== undefined)
    return Object.entries(properties).flatMap(([key, own]) => keysOfProperty(key, own as Schema, { schema, depth }))
  if (typeof others === 'object' && others !== null) {
    const inner = keysOf(others as Schema, depth + 1)
    const name = {
      depth,
      key: 'NAME',
      isRequired: false,
      default: null,
      description: inner.length > 0 ? '' : valuesOf(others as Schema),
    }
    return inner.length > 0 || name.description !== '' ? [name, ...inner] : []
  }
  return items === undefined ? [] : keysOf(items, depth)
}

function keysOfProperty(key: string, own: Schema, at: { schema: Schema; depth: number }): ConfigKey[] {
  const inner = keysOf(own, at.depth + 1)
  const isRequired = ((at.schema['required'] ?? []) as readonly string[]).includes(key)
  const isPlain = inner.length === 0 && own['default'] !== undefined
  const values = valuesOf(own)
  const said = String(own['description'] ?? '')
  const description = values === '' ? said : `${said} (${values})`
  const line = {
    depth: at.depth,
    key,
    isRequired,
    default: isPlain ? JSON.stringify(own['default']) : null,
    description,
  }
  return [line, ...inner]
}

/** Shapes of a map that several may have; lists and plain values beside them are told by the description. */
function variantsOf(schema: Schema): Schema[] {
  const options = (schema['anyOf'] ?? schema['oneOf'] ?? []) as readonly Schema[]
  return options.filter((option) => option['type'] === 'object' || variantsOf(option).length > 0)
}

function keysOfVariant(variant: Schema, depth: number): ConfigKey[] {
  const deeper = variantsOf(variant)
  if (deeper.length > 0) return deeper.flatMap((one) => keysOfVariant(one, depth))
  const properties = (variant['properties'] ?? {}) as Readonly<Record<string, Schema>>
  const tag = Object.entries(properties).find(([, own]) => own['const'] !== undefined)
  if (tag === undefined) return keysOf(variant, depth)
  const [name, own] = tag
  const rest = {
    ...variant,
    properties: Object.fromEntries(Object.entries(properties).filter(([key]) => key !== name)),
  }
  const line = {
    depth,
    key: `${name}: ${String(own['const'])}`,
    isRequired: false,
    default: null,
    description: String(own['description'] ?? ''),
  }
  return [line, ...keysOf(rest, depth + 1)]
}

/** `one of a, b` for enums. */
function valuesOf(schema: Schema): string {
  if (typeof schema['const'] === 'number') return String(schema['const'])
  const values = (schema['enum'] ?? (schema['items'] as Schema | undefined)?.['enum']) as readonly unknown[] | undefined
  return values === undefined || values.length < 2 ? '' : values.map(String).join(' | ')
}
