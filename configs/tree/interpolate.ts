import { parse } from 'yaml'
import { EbbError } from '../../core/errors.ts'
import type { Origin } from '../origin.ts'
import type { Entry, ScalarNode, TreeNode } from './node.ts'

export interface Interpolation {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly asOf: string | null
}

export interface Interpolated<T extends TreeNode> {
  readonly node: T
  readonly faults: readonly EbbError[]
}

const placeholder = /\$\{([^}]*)\}/g
const environment = /^env:([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s

/** Replaces `${env:NAME}`, `${env:NAME:-default}` and `${asOf}` in every text value below `root`; keys stay as they are. */
export function interpolate<T extends TreeNode>(root: T, values: Interpolation): Interpolated<T> {
  const faults: EbbError[] = []
  const visit = (node: TreeNode, path: string): TreeNode => {
    if (node.kind === 'scalar') return interpolateScalar(node, path, values, faults)
    if (node.kind === 'list') return { ...node, items: node.items.map((item, i) => visit(item, `${path}.${i}`)) }
    const entries = new Map<string, Entry>()
    for (const [key, entry] of node.entries)
      entries.set(key, { keyAt: entry.keyAt, value: visit(entry.value, path === '' ? key : `${path}.${key}`) })
    return { ...node, entries }
  }
  return { node: visit(root, '') as T, faults }
}

function interpolateScalar(node: ScalarNode, path: string, values: Interpolation, faults: EbbError[]): ScalarNode {
  if (typeof node.value !== 'string' || !node.value.includes('${')) return node
  let isFromEnvironment = false
  const text = node.value.replaceAll(placeholder, (whole, inside: string) => {
    const replaced = replacement(inside, values)
    if (replaced.problem === undefined) isFromEnvironment ||= replaced.isFromEnvironment
    else faults.push(placeholderFault(path, whole, replaced.problem, node.at))
    return replaced.problem === undefined ? replaced.text : whole
  })
  const value = node.isPlain ? plainScalar(text) : text
  return { ...node, value, ...(isFromEnvironment ? { environmentText: node.value } : {}) }
}

type Replacement =
  | { readonly problem: { what: string; hint: string; code: string } }
  | { readonly problem?: undefined; readonly text: string; readonly isFromEnvironment: boolean }

function replacement(inside: string, { env, asOf }: Interpolation): Replacement {
  if (inside === 'asOf') {
    if (asOf !== null) return { text: asOf, isFromEnvironment: false }
    return { problem: { code: 'CONFIG_AS_OF', what: 'no as-of day is given', hint: 'pass --as-of DAY or set dataEnd' } }
  }
  const match = environment.exec(inside)
  if (match === null)
    return {
      problem: {
        code: 'CONFIG_PLACEHOLDER',
        what: 'unknown placeholder',
        hint: 'known are ${env:NAME}, ${env:NAME:-default} and ${asOf}',
      },
    }
  const [, name = '', fallback] = match
  const set = env[name]
  const text = set === undefined || (set === '' && fallback !== undefined) ? fallback : set
  if (text !== undefined) return { text, isFromEnvironment: true }
  return {
    problem: {
      code: 'CONFIG_ENV',
      what: `the environment variable ${name} is not set`,
      hint: `set it, or write \${env:${name}:-default}`,
    },
  }
}

function placeholderFault(
  path: string,
  whole: string,
  problem: { what: string; hint: string; code: string },
  at: Origin,
): EbbError {
  const { file, line, column } = at
  return new EbbError({ ...problem, kind: 'config', where: path, received: whole, file, line, column })
}

function plainScalar(text: string): ScalarNode['value'] {
  const read: unknown = /^[\w.+-]*$/.test(text) ? parse(text) : text
  return read === null || typeof read === 'number' || typeof read === 'boolean' ? read : text
}
