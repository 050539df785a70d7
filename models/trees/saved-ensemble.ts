import * as z from 'zod'
import { EbbError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import type { SavedModel } from '../estimator.ts'
import { bytesOf } from '../saved.ts'
import type { FeatureBins } from './bins.ts'
import type { TreeEnsemble } from './ensemble.ts'
import { bySet, type Tree } from './tree.ts'

/** The part of a tree model's header that holds bins and base. Typed arrays lie in the buffers, little-endian. */
export const ensembleSchema = z.object({
  version: z.literal(1),
  base: z.number(),
  trees: z.int().min(0),
  features: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('number'), name: z.string(), binCount: z.int().min(0).max(255) }),
      z.object({ kind: z.literal('category'), name: z.string(), levels: z.array(z.string()).max(255) }),
    ]),
  ),
})
export type EnsembleHeader = z.infer<typeof ensembleSchema>

const perNode = ['feature', 'cut', 'flags', 'left', 'right'] as const
const perLeaf = ['values', 'leafRows'] as const

/** Header and buffers of the trees: all trees' arrays one after the other, with the numbers of nodes and sets by tree. */
export function saveEnsemble({ features, base, trees, gain, splits }: TreeEnsemble): {
  header: EnsembleHeader
  buffers: Map<string, Uint8Array>
} {
  const buffers = new Map<string, Uint8Array>()
  const joined = [...perNode, ...perLeaf, 'sets'] as const
  for (const part of joined) buffers.set(part, joinBytes(trees.map((tree) => tree[part])))
  buffers.set('nodeCounts', bytesOf(Uint32Array.from(trees, (tree) => tree.feature.length)))
  buffers.set('setCounts', bytesOf(Uint32Array.from(trees, (tree) => tree.sets.length / 8)))
  buffers.set('bounds', joinBytes(features.map((bins) => (bins.kind === 'number' ? bins.bounds : new Float32Array()))))
  buffers.set('gain', bytesOf(gain))
  buffers.set('splits', bytesOf(splits))
  const header = features.map((bins) =>
    bins.kind === 'number'
      ? { kind: bins.kind, name: bins.name, binCount: bins.binCount }
      : { kind: bins.kind, name: bins.name, levels: [...bins.levels] },
  )
  return { header: { version: 1, base, trees: trees.length, features: header }, buffers }
}

function joinBytes(parts: readonly ArrayBufferView[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset)
    offset += part.byteLength
  }
  return joined
}

/** Brings the trees back; an EbbError of kind `data` when a buffer is cut or a tree points out of itself. */
export function loadEnsemble(header: EnsembleHeader, saved: SavedModel): TreeEnsemble {
  const read = createReader(saved)
  const nodeCounts = read.whole('nodeCounts', Uint32Array, header.trees)
  const setCounts = read.whole('setCounts', Uint32Array, header.trees)
  const features = header.features.map((entry): FeatureBins => {
    if (entry.kind === 'category') return { ...entry, binCount: entry.levels.length }
    return { ...entry, bounds: read.next('bounds', Float32Array, Math.max(entry.binCount - 1, 0)) }
  })
  const trees = Array.from({ length: header.trees }, (_, t): Tree => {
    const nodes = nodeCounts[t]!
    const tree: Tree = {
      feature: read.next('feature', Uint16Array, nodes),
      cut: read.next('cut', Uint32Array, nodes),
      flags: read.next('flags', Uint8Array, nodes),
      left: read.next('left', Int32Array, nodes),
      right: read.next('right', Int32Array, nodes),
      sets: read.next('sets', Uint32Array, 8 * setCounts[t]!),
      values: read.next('values', Float64Array, nodes + 1),
      leafRows: read.next('leafRows', Uint32Array, nodes + 1),
    }
    if (!isSound(tree, features.length))
      throw damaged(`tree ${t}`, 'nodes that point to later nodes, leaves and features')
    return tree
  })
  const gain = read.whole('gain', Float64Array, features.length)
  const splits = read.whole('splits', Uint32Array, features.length)
  return { features, base: header.base, trees, gain, splits }
}

/** Children have higher numbers than their parent, so that a walk ends; everything else is inside its array. */
function isSound({ feature, cut, flags, left, right, sets, values }: Tree, featureCount: number): boolean {
  for (let node = 0; node < feature.length; node++) {
    const isChild = (child: number): boolean =>
      child >= 0 ? child > node && child < feature.length : ~child < values.length
    if (!isChild(left[node]!) || !isChild(right[node]!) || feature[node]! >= featureCount) return false
    if ((flags[node]! & bySet) !== 0 && 8 * cut[node]! >= sets.length) return false
  }
  return values.every(Number.isFinite)
}

type TypedArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint16Array | Uint8Array
interface Kind<T extends TypedArray> {
  new (buffer: ArrayBuffer): T
  readonly BYTES_PER_ELEMENT: number
}

/** `next` reads on where the last call for that buffer ended; `whole` also asks that nothing is left. */
function createReader(saved: SavedModel) {
  const offsets = new Map<string, number>()
  const next = <T extends TypedArray>(name: string, kind: Kind<T>, length: number): T => {
    const bytes = saved.buffers.get(name)
    const begin = offsets.get(name) ?? 0
    const end = begin + length * kind.BYTES_PER_ELEMENT
    if (bytes === undefined || end > bytes.byteLength)
      throw damaged(
        `buffer "${name}"`,
        `at least ${end} bytes`,
        bytes === undefined ? 'none' : String(bytes.byteLength),
      )
    offsets.set(name, end)
    return new kind(new Uint8Array(bytes.subarray(begin, end)).buffer)
  }
  const whole = <T extends TypedArray>(name: string, kind: Kind<T>, length: number): T => {
    const values = next(name, kind, length)
    const received = saved.buffers.get(name)!.byteLength
    if (received !== offsets.get(name))
      throw damaged(`buffer "${name}"`, `${offsets.get(name)} bytes`, String(received))
    return values
  }
  return { next, whole }
}

function damaged(what: string, expected: string, received?: string): EbbError {
  const where = 'saved model'
  return new EbbError({
    code: 'MODEL_UNREADABLE',
    kind: 'data',
    where,
    what: `${what} cannot be read`,
    expected,
    received,
  })
}

/** The header as JSON. */
export const headerJson = (header: EnsembleHeader): { readonly [key: string]: Json } => ({ ...header })
