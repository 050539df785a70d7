import { describe, expect, test } from 'vitest'
import type { Dataset } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import { gbdt } from '../../models/gbdt/gbdt.ts'
import { packModel } from '../../models/pack.ts'
import { simulatedMatrix } from '../support/simulated-matrix.ts'
import { fitOf } from './tree-tables.ts'

const rowCount = 8300
const { x: numbers, y } = simulatedMatrix({ rows: rowCount, columns: 26, seed: 6 })
const random = createRandom(3)
const zeros = Array.from({ length: 15 }, mostlyZero)

/** 26 number columns, 15 that are 0 in eleven of twelve rows, a category of 3 and one of 300 levels: 356,900 cells, enough for other threads. */
const x: Dataset = {
  ...numbers,
  names: [...numbers.names, 'plan_name', 'region_name', ...zeros.map((_, f) => `zero_${f}`)],
  columns: [...numbers.columns, category(3), category(300), ...zeros],
}

function mostlyZero(): Dataset['columns'][number] {
  const values = Float32Array.from({ length: rowCount }, () => (random.next() < 1 / 12 ? random.normal() : 0))
  return { kind: 'number', values }
}

function category(count: number): Dataset['columns'][number] {
  const levels = Array.from({ length: count }, (_, i) => `level ${i}`)
  const codes = Uint16Array.from({ length: rowCount }, (_, i) =>
    random.next() < 0.05 ? 65_535 : (random.integer(count) + (y[i] === 1 ? random.integer(count) : 0)) % count,
  )
  return { kind: 'category', codes, levels }
}

const weights = Float32Array.from({ length: rowCount }, () => 10 ** (12 * random.next() - 6))
const tame = Float32Array.from({ length: rowCount }, () => random.integer(4))
const monotone = { [x.names[0]!]: 'increasing', [x.names[3]!]: 'decreasing' }

async function bytesOf(data: Dataset, parameters: object, threads: number): Promise<Uint8Array> {
  const settings = gbdt.parameters.parse({ trees: 4, learningRate: 0.3, earlyStopping: 0, ...parameters })
  const resources = { threads, memoryBytes: 2 ** 30 }
  return packModel((await gbdt.fit(settings, fitOf(data, y, { resources }))).save())
}

describe('the same model bytes by wasm kernels with 1 and 2 threads, and by their twins', () => {
  test.each<[string, Dataset, object]>([
    ['numbers and categories', x, {}],
    ['early stopping on users held out', x, { earlyStopping: 2 }],
    ['weights from 1e-6 to 1e6', { ...x, weights }, { minHessianPerLeaf: 0 }],
    [
      'weights of 0 to 3, half of the rows and half of the features',
      { ...x, weights: tame },
      { rowSampling: 0.5, featureSampling: 0.5 },
    ],
    ['GOSS with weights', { ...x, weights: tame }, { gossTop: 0.2, gossRest: 0.2 }],
    ['monotone features, L1 and L2, balanced classes', x, { monotone, l1: 0.5, l2: 3, churnWeight: 'balanced' }],
    ['few leaves kept in memory', x, { maxLeaves: 60, maxDepth: 7, minGainToSplit: 0.5 }],
  ])('%s', async (_, data, parameters) => {
    const wasm = await bytesOf(data, { ...parameters, kernels: 'wasm' }, 1)
    expect(await bytesOf(data, { ...parameters, kernels: 'wasm' }, 2)).toEqual(wasm)
    expect(await bytesOf(data, { ...parameters, kernels: 'ts' }, 2)).toEqual(wasm)
  })

  test('70,000 rows of three features: more than one range of scores', async () => {
    const many = simulatedMatrix({ rows: 70_000, columns: 24, seed: 1 })
    const few = { ...many.x, names: many.x.names.slice(0, 3), columns: many.x.columns.slice(0, 3) }
    const fit = async (kernels: string, threads: number): Promise<Uint8Array> => {
      const settings = gbdt.parameters.parse({ trees: 2, earlyStopping: 0, maxLeaves: 4, kernels })
      const resources = { threads, memoryBytes: 2 ** 30 }
      return packModel((await gbdt.fit(settings, fitOf(few, many.y, { resources }))).save())
    }
    const wasm = await fit('wasm', 1)
    expect(await fit('wasm', 3)).toEqual(wasm)
    expect(await fit('ts', 1)).toEqual(wasm)
  })
})
