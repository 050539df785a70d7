import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, Scalar } from 'yaml'
import type { Document, Node as YamlNode, ParsedNode, YAMLError } from 'yaml'
import { EbbError } from '../../core/errors.ts'
import type { Origin } from '../origin.ts'
import type { Entry, MapNode, TreeNode } from './node.ts'

/** Deeper than any sensible config; stops an alias that contains itself. */
const maximumDepth = 40

export interface ParsedText {
  /** Null when the text has faults. */
  readonly root: MapNode | null
  readonly faults: readonly EbbError[]
}

/** One YAML 1.2 document whose top is a map. `file` and `from` go into every origin. */
export function parseText(text: string, file: string, from: Origin['from']): ParsedText {
  const lineCounter = new LineCounter()
  const documents = parseAllDocuments(text, { version: '1.2', uniqueKeys: true, prettyErrors: false, lineCounter })
  const originAt = (offset: number): Origin => {
    const { line, col } = lineCounter.linePos(offset)
    return { from, text: `${file}:${line}`, file, line, column: col }
  }
  const list = Array.isArray(documents) ? documents : []
  const errors = list.flatMap((document) => [...document.errors, ...document.warnings])
  const faults = worthSaying(errors).map((error) => yamlFault(error, text, originAt))
  if (faults.length > 0) return { root: null, faults }
  const [document, second] = list
  if (document === undefined || document.contents === null)
    return { root: null, faults: [fault('CONFIG_EMPTY', 'the file is empty', originAt(0), { expected: 'a YAML map' })] }
  if (second !== undefined)
    return {
      root: null,
      faults: [
        fault('CONFIG_YAML', 'a second document', originAt(second.range[0]), { expected: 'one document per file' }),
      ],
    }
  const reader = new Reader(document, originAt)
  const root = reader.read(document.contents, 0)
  if (reader.faults.length === 0 && root.kind !== 'map')
    reader.faults.push(
      fault('CONFIG_YAML', 'the top of the file is not a map', root.at, { expected: '`key: value` lines' }),
    )
  return reader.faults.length > 0 || root.kind !== 'map' ? { root: null, faults: reader.faults } : { root, faults: [] }
}

class Reader {
  readonly faults: EbbError[] = []
  private readonly document: Document.Parsed<ParsedNode>
  private readonly originAt: (offset: number) => Origin

  constructor(document: Document.Parsed<ParsedNode>, originAt: (offset: number) => Origin) {
    this.document = document
    this.originAt = originAt
  }

  read(node: YamlNode | null, depth: number): TreeNode {
    const at = this.originAt(node?.range?.[0] ?? 0)
    if (depth > maximumDepth) {
      this.faults.push(fault('CONFIG_YAML', `nested deeper than ${maximumDepth} levels`, at))
      return scalarNode(null, at)
    }
    if (isAlias(node)) return this.readAlias(node, at, depth)
    if (isMap(node)) return { kind: 'map', at, entries: this.readEntries(node.items, depth) }
    if (isSeq(node))
      return { kind: 'list', at, items: node.items.map((item) => this.read(item as YamlNode, depth + 1)) }
    if (isScalar(node)) return this.readScalar(node, at)
    return scalarNode(null, at)
  }

  private readAlias(
    node: { source: string; resolve(document: Document): YamlNode | undefined },
    at: Origin,
    depth: number,
  ): TreeNode {
    const target = node.resolve(this.document)
    if (target !== undefined) return this.read(target, depth + 1)
    this.faults.push(fault('CONFIG_YAML', `no anchor named "${node.source}" above`, at))
    return scalarNode(null, at)
  }

  private readEntries(items: readonly { key: unknown; value: unknown }[], depth: number): Map<string, Entry> {
    const entries = new Map<string, Entry>()
    for (const { key, value } of items) {
      const keyNode = key as YamlNode
      const keyAt = this.originAt(keyNode?.range?.[0] ?? 0)
      if (!isScalar(keyNode)) this.faults.push(fault('CONFIG_YAML', 'a key that is not text', keyAt))
      else {
        const inner = value === null ? scalarNode(null, keyAt) : this.read(value as YamlNode, depth + 1)
        entries.set(String(keyNode.value), { keyAt, value: inner })
      }
    }
    return entries
  }

  private readScalar(node: Scalar, at: Origin): TreeNode {
    const { value } = node
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return { kind: 'scalar', at, value, isPlain: node.type === Scalar.PLAIN }
    this.faults.push(fault('CONFIG_YAML', `a value of a kind that YAML's core schema lacks`, at))
    return scalarNode(null, at)
  }
}

const scalarNode = (value: null, at: Origin): TreeNode => ({ kind: 'scalar', at, value, isPlain: true })

/** Every repeated key, and of the syntax errors the first: those after it are mostly its echoes. */
function worthSaying(errors: readonly YAMLError[]): YAMLError[] {
  const firstOther = errors.find((error) => error.code !== 'DUPLICATE_KEY')
  return errors.filter((error) => error.code === 'DUPLICATE_KEY' || error === firstOther)
}

function yamlFault(error: YAMLError, text: string, originAt: (offset: number) => Origin): EbbError {
  const [start] = error.pos
  if (error.code !== 'DUPLICATE_KEY') {
    const isPlaceholder = /\$\{?$/.test(text.slice(0, start)) || text.startsWith('${', start)
    const hint = isPlaceholder ? 'put ${...} in quotes inside { } and [ ]' : undefined
    return fault('CONFIG_YAML', error.message.replace(/\.$/, ''), originAt(start), { hint })
  }
  const key = /^[^:\s]+/.exec(text.slice(start))?.[0] ?? 'a key'
  return fault('CONFIG_DUPLICATE_KEY', `"${key}" stands twice in one map`, originAt(start))
}

function fault(code: string, what: string, at: Origin, more: { expected?: string; hint?: string } = {}): EbbError {
  const { file, line, column } = at
  return new EbbError({ code, kind: 'config', where: 'YAML', what, ...more, file, line, column })
}
