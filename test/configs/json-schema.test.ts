import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configJsonSchema } from '../../configs/json-schema.ts'
import { jsonText } from '../../core/json.ts'

type Node = Readonly<Record<string, unknown>>
const schema = configJsonSchema()

/** Every property of every object schema: its path and its own schema. */
function properties(node: unknown, path: string): [string, Node][] {
  if (Array.isArray(node)) return node.flatMap((one) => properties(one, path))
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([key, value]) => {
    if (key !== 'properties') return properties(value, path)
    return Object.entries(value as Record<string, Node>).flatMap(([name, own]) => [
      [`${path}.${name}`, own] as [string, Node],
      ...properties(own, `${path}.${name}`),
    ])
  })
}

describe('the JSON Schema for editors', () => {
  it('configs/ebb.v1.schema.json is what `ebb schema` prints', () => {
    const file = join(import.meta.dirname, '..', '..', 'configs', 'ebb.v1.schema.json')
    const written: unknown = JSON.parse(readFileSync(file, 'utf8'))
    expect(written, 'node scripts/write-config-docs.mjs').toEqual(JSON.parse(jsonText(schema)))
  })

  it('is draft-07, requires the six keys without a default, and forbids unknown ones but x-', () => {
    expect(schema['$schema']).toBe('http://json-schema.org/draft-07/schema#')
    expect(schema['required']).toEqual(['version', 'experiment', 'sources', 'churn', 'models'])
    expect(schema['additionalProperties']).toBe(false)
    expect(schema['patternProperties']).toEqual({ '^x-': {} })
  })

  it('every key is described', () => {
    const all = properties(schema, '')
    expect(all.length).toBeGreaterThan(150)
    const silent = all.filter(([, own]) => typeof own['description'] !== 'string')
    expect([...new Set(silent.map(([path]) => path))]).toEqual([])
  })
})
