import * as z from 'zod'
import { EbbError } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import type { SavedModel } from '../estimator.ts'
import { bytesOf } from '../saved.ts'
import type { FeatureBins } from './bins.ts'
import type { TreeEnsemble } from './ensemble.ts'
import { ensembleFault } from './ensemble-fault.ts'
import type { Tree } from './tree.ts'

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

/**
 * Brings the trees back, each buffer copied once; an EbbError of kind `data` when a buffer is cut, too long, or holds anything that
 * training never writes: what comes back can be predicted with and explained.
 */
export function loadEnsemble(header: EnsembleHeader, saved: SavedModel): TreeEnsemble {
  const reader = createReader(saved)
  const nodeCounts = reader.array('nodeCounts', Uint32Array).next(header.trees)
  const setCounts = reader.array('setCounts', Uint32Array).next(header.trees)
  const bounds = reader.array('bounds', Float32Array)
  const features = header.features.map((entry): FeatureBins => {
    if (entry.kind === 'category') return { ...entry, binCount: entry.levels.length }
    return { ...entry, bounds: bounds.next(Math.max(entry.binCount - 1, 0)) }
  })
  const parts = {
    feature: reader.array('feature', Uint16Array),
    cut: reader.array('cut', Uint32Array),
    flags: reader.array('flags', Uint8Array),
    left: reader.array('left', Int32Array),
    right: reader.array('right', Int32Array),
    sets: reader.array('sets', Uint32Array),
    values: reader.array('values', Float64Array),
    leafRows: reader.array('leafRows', Uint32Array),
  }
  const trees = Array.from({ length: header.trees }, (_, t): Tree => {
    const nodes = nodeCounts[t]!
    return {
      feature: parts.feature.next(nodes),
      cut: parts.cut.next(nodes),
      flags: parts.flags.next(nodes),
      left: parts.left.next(nodes),
      right: parts.right.next(nodes),
      sets: parts.sets.next(8 * setCounts[t]!),
      values: parts.values.next(nodes + 1),
      leafRows: parts.leafRows.next(nodes + 1),
    }
  })
  const gain = reader.array('gain', Float64Array).next(features.length)
  const splits = reader.array('splits', Uint32Array).next(features.length)
  reader.end()
  const ensemble = { features, base: header.base, trees, gain, splits }
  const fault = ensembleFault(ensemble)
  if (fault !== null) throw damaged(fault.what, fault.expected)
  return ensemble
}

type TypedArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint16Array | Uint8Array
interface Kind<T extends TypedArray> {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): T
  readonly BYTES_PER_ELEMENT: number
}

interface Reader {
  /** `next` reads on where the last call ended. */
  array<T extends TypedArray>(name: string, kind: Kind<T>): { next(length: number): T }
  /** Asks that nothing is left of the buffers that were read. */
  end(): void
}

function createReader(saved: SavedModel): Reader {
  const read = new Map<string, { end: number; readonly byteLength: number }>()
  return {
    array(name, kind) {
      const bytes = saved.buffers.get(name)
      if (bytes === undefined) throw damaged(`buffer "${name}"`, 'a buffer of that name', 'none')
      const copy = new Uint8Array(bytes).buffer
      const place = { end: 0, byteLength: copy.byteLength }
      read.set(name, place)
      return {
        next(length) {
          const begin = place.end
          place.end += length * kind.BYTES_PER_ELEMENT
          if (place.end > copy.byteLength)
            throw damaged(`buffer "${name}"`, `at least ${place.end} bytes`, String(copy.byteLength))
          return new kind(copy, begin, length)
        },
      }
    },
    end() {
      for (const [name, { end, byteLength }] of read)
        if (end !== byteLength) throw damaged(`buffer "${name}"`, `${end} bytes`, String(byteLength))
    },
  }
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
