import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EbbError } from '../../core/errors.ts'
import { createRandom } from '../../core/random.ts'
import type { Json } from '../../core/json.ts'
import { sqlDialects } from '../../engines/dialects.ts'
import type { SavedModel } from '../../models/estimator.ts'
import { contributionsOf } from '../../models/explanation.ts'
import { gbdt } from '../../models/gbdt/gbdt.ts'
import { exportFormats, exportModel } from '../../models/export.ts'
import { packModel, unpackModel } from '../../models/pack.ts'
import { loadModel } from '../../models/registry.ts'
import { loadEnsemble, saveEnsemble } from '../../models/trees/saved-ensemble.ts'
import { createScorer } from '../../models/trees/scorer.ts'
import { randomEnsemble, randomRows } from './random-ensemble.ts'
import { fitOn, suiteRows } from './suite-data.ts'

const { x, y } = suiteRows(300)
const parameters = gbdt.parameters.parse({ trees: 6, maxLeaves: 8, minRowsPerLeaf: 5, earlyStopping: 0 })
const model = gbdt.fit(parameters, fitOn(x, y))

const calibration = { calibrator: 'none' }

/** Loads the model, asks everything of it and exports it: either an EbbError of kind data, or finite answers. */
async function survives(saved: SavedModel): Promise<'refused' | 'works'> {
  try {
    const loaded = loadModel(saved)
    const p = await loaded.predict(x)
    expect(p.every((value) => value >= 0 && value <= 1)).toBe(true)
    const explanation = loaded.explain(x)
    if (explanation !== null) expect((await contributionsOf(explanation)).values.every(Number.isFinite)).toBe(true)
    loaded.describe()
    packModel(loaded.save())
    for (const format of exportFormats)
      expect(
        exportModel({ saved, calibration, format, about: {}, sql: sqlDialects.duckdb }).bytes.length,
      ).toBeGreaterThan(0)
    return 'works'
  } catch (error) {
    expect(error, error instanceof Error ? error.stack : '').toBeInstanceOf(EbbError)
    expect((error as EbbError).kind).toBe('data')
    return 'refused'
  }
}

/** A copy whose buffer `name` went through `change`. */
function withBuffer(saved: SavedModel, name: string, change: (bytes: Uint8Array) => Uint8Array): SavedModel {
  const buffers = new Map(saved.buffers)
  buffers.set(name, change(buffers.get(name)!.slice()))
  return { header: saved.header, buffers }
}

/** Puts the right checksum over packed bytes: what a careful forger would do. */
function resealed(packed: Uint8Array): Uint8Array {
  packed.set(createHash('sha256').update(packed.subarray(40)).digest(), 8)
  return packed
}

/** Sets entry `at` of an array inside a buffer. */
const put =
  (kind: 'Int32' | 'Uint16' | 'Uint32' | 'Float64' | 'Float32' | 'Uint8', at: number, value: number) =>
  (bytes: Uint8Array): Uint8Array => {
    const view = new DataView(bytes.buffer)
    const size = { Int32: 4, Uint16: 2, Uint32: 4, Float64: 8, Float32: 4, Uint8: 1 }[kind]
    view[`set${kind}`](size * at, value, true)
    return bytes
  }

/** `json` with the value at the `pick`-th place, counted through, replaced. */
function replaced(json: Json, pick: number, value: Json): Json {
  let count = 0
  const visit = (part: Json): Json => {
    if (count++ === pick) return value
    if (Array.isArray(part)) return part.map((entry: Json) => visit(entry))
    if (part === null || typeof part !== 'object') return part
    return Object.fromEntries(Object.entries(part).map(([key, entry]) => [key, visit(entry as Json)]))
  }
  return visit(json)
}

describe('saved tree models', () => {
  it('a loaded ensemble gives the same bits: scores, leaves, and its bytes when it is saved again', async () => {
    const random = createRandom(2)
    const ensemble = randomEnsemble(random, { features: 8, leaves: 31, trees: 20, chain: 0.2 })
    const rows = randomRows(random, ensemble, 200)
    const { header, buffers } = saveEnsemble(ensemble)
    const loaded = loadEnsemble(header, { header: {}, buffers })
    expect(loaded).toEqual(ensemble)
    const options = { where: 'test' }
    expect(await createScorer(loaded).scores(rows, options)).toEqual(await createScorer(ensemble).scores(rows, options))
    expect(saveEnsemble(loaded)).toEqual({ header, buffers })
  })

  const faults: readonly (readonly [string, string, (bytes: Uint8Array) => Uint8Array, RegExp])[] = [
    ['a node that leads back to the first', 'left', put('Int32', 1, 0), /later nodes/],
    ['a node that leads to itself', 'right', put('Int32', 2, 2), /later nodes/],
    ['a node behind the last', 'left', put('Int32', 0, 99), /later nodes/],
    ['a leaf behind the last', 'right', put('Int32', 0, -99), /later nodes/],
    ['a feature behind the last', 'feature', put('Uint16', 0, 999), /split one of the 5 features/],
    ['an unknown flag', 'flags', put('Uint8', 0, 4), /flags of nodes/],
    ['a set that is not there', 'flags', put('Uint8', 0, 2), /one of the sets/],
    ['a value that is no number', 'values', put('Float64', 0, Number.NaN), /finite values/],
    ['bounds that fall', 'bounds', put('Float32', 0, 1e9), /ascending bounds/],
    ['a bound that is no number', 'bounds', put('Float32', 0, Number.NaN), /ascending bounds/],
    ['splits that nobody made', 'splits', put('Uint32', 0, 77), /splits of the trees/],
    ['more nodes than bytes', 'nodeCounts', put('Uint32', 0, 4_000_000_000), /buffer "feature" cannot be read/],
    ['fewer nodes than bytes', 'nodeCounts', put('Uint32', 5, 1), /buffer "feature" cannot be read/],
    ['more sets than bytes', 'setCounts', put('Uint32', 0, 4_000_000_000), /buffer "sets" cannot be read/],
    ['a buffer that was cut', 'cut', (bytes) => bytes.subarray(0, -3), /buffer "cut" cannot be read/],
    ['a buffer that is too long', 'gain', (bytes) => Uint8Array.of(...bytes, 0), /buffer "gain" cannot be read/],
  ]

  it.each(faults)('%s is refused', async (_, buffer, change, message) => {
    const saved = (await model).save()
    expect(() => loadModel(withBuffer(saved, buffer, change))).toThrow(message)
  })

  it('two nodes that share a child, and a buffer that is missing, are refused', async () => {
    const saved = (await model).save()
    const left = new Int32Array(saved.buffers.get('left')!.slice().buffer)
    const shared = withBuffer(saved, 'right', put('Int32', 0, left[0]!))
    expect(() => loadModel(shared)).toThrow(/one parent each/)
    const buffers = new Map(saved.buffers)
    buffers.delete('values')
    expect(() => loadModel({ ...saved, buffers })).toThrow(/buffer "values" cannot be read, expected a buffer/)
  })

  it('150 buffers with changed bytes: each is refused with kind data or predicts and explains finite numbers', async () => {
    const saved = (await model).save()
    const names = [...saved.buffers.keys()]
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (name, changes) => {
          const changed = withBuffer(saved, name, (bytes) => {
            for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value
            return bytes
          })
          seen.add(await survives(changed))
        },
      ),
      { numRuns: 150, seed: 3 },
    )
    expect(seen.size).toBe(2)
  })

  it('100 headers with one value replaced by another are refused or work', async () => {
    const saved = (await model).save()
    const values = fc.oneof(
      fc.constantFrom<Json>(null, -1, 0, 1, 7, 1e9, 1.5, '', 'number', [], {}, true),
      fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>,
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(60), values, async (pick, value) => {
        await survives({ header: replaced(saved.header, pick, value), buffers: saved.buffers })
      }),
      { numRuns: 100, seed: 4 },
    )
  })

  it('a packed model with changed bytes under a right checksum is refused or works; a cut one is refused', async () => {
    const packed = packModel((await model).save())
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 41), fc.nat(255), async (at, value) => {
        const changed = packed.slice()
        changed[40 + at] = value
        let saved: SavedModel
        try {
          saved = unpackModel(resealed(changed))
        } catch (error) {
          expect(error, String(error)).toBeInstanceOf(EbbError)
          return
        }
        await survives(saved)
      }),
      { numRuns: 100, seed: 5 },
    )
    for (const length of [44, 45, 60, 300, packed.length - 1])
      expect(() => loadModel(unpackModel(resealed(packed.slice(0, length)))), `${length} bytes`).toThrow(EbbError)
  })
})
