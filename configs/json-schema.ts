import * as z from 'zod'
import { configFileSchema } from './schema.ts'

type JsonSchema = Record<string, unknown>

/** JSON Schema (draft-07) of a config file, for editors; keys that begin with `x-` are allowed in every map. */
export function configJsonSchema(): JsonSchema {
  const generated = z.toJSONSchema(configFileSchema, { target: 'draft-07', io: 'input' }) as JsonSchema
  const { $schema, ...rest } = generated
  const open = allowNotes(withoutSafeIntegers(rest)) as JsonSchema
  return { $schema, $id: 'ebb.v1.schema.json', title: 'Ebb experiment', ...open }
}

function allowNotes(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(allowNotes)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, allowNotes(value)]))
  return inner['additionalProperties'] === false && inner['type'] === 'object'
    ? { ...inner, patternProperties: { '^x-': {} } }
    : inner
}

/** Without the limits that only say "fits a double": they make editors' hints unreadable. */
function withoutSafeIntegers(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutSafeIntegers)
  if (typeof schema !== 'object' || schema === null) return schema
  const isLimit = (key: string, value: unknown): boolean =>
    (key === 'minimum' || key === 'maximum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER
  const entries = Object.entries(schema).filter(([key, value]) => !isLimit(key, value))
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutSafeIntegers(value)]))
}
