export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** JSON text with NaN and infinities as the strings "NaN", "Infinity", "-Infinity"; keys keep their order; ends with a newline. */
export function jsonText(value: unknown, indent = 2): string {
  return JSON.stringify(value, replacer, indent) + '\n'
}

/** One JSON text per value: keys sorted at every depth, no white space, undefined dropped. For hashing. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sortKeys(value), replacer)
}

function replacer(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Map) return Object.fromEntries(value)
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<number>)
  return value
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value) || value instanceof Map) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]))
}

/** Reads back what `jsonText` wrote: the three strings become numbers again. */
export function parseJson(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) =>
    value === 'NaN' ? Number.NaN : value === 'Infinity' ? Infinity : value === '-Infinity' ? -Infinity : value,
  )
}
