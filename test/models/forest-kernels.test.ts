import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Column, type Dataset, missingCode } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import { extraTrees } from '../../models/forest/extra-trees.ts'
import { forest } from '../../models/forest/forest.ts'
import { packModel } from '../../models/pack.ts'
import { fitOf } from './tree-tables.ts'

/** Numbers with gaps, ties and infinities, categories with gaps and up to 300 levels, weights from 1e-6 to 1e6 or none. */
function randomTable(seed: number, rowCount: number, isWeighted: boolean): { x: Dataset; y: number[] } {
  const random = createRandom(seed)
  const columns = Array.from({ length: 9 }, (_, j): Column => {
    if (j % 3 === 2) {
      const levels = Array.from({ length: [2, 12, 300][(j - 2) / 3]! }, (_, k) => `level ${k}`)
      const codes = Uint16Array.from({ length: rowCount }, () =>
        random.integer(9) === 0 ? missingCode : random.integer(levels.length),
      )
      return { kind: 'category', codes, levels }
    }
    const steps = [3, 40, 100_000][j % 3 === 0 ? j / 3 : (j - 1) / 3]!
    const values = Float32Array.from({ length: rowCount }, () => {
      const draw = random.integer(20)
      return draw === 0 ? Number.NaN : draw === 1 ? Infinity : random.integer(steps)
    })
    return { kind: 'number', values }
  })
  const y = Array.from({ length: rowCount }, () => Number(random.next() < 0.3))
  y.splice(0, 2, 0, 1)
  const x: Dataset = {
    names: columns.map((_, j) => `c${j}`),
    columns,
    rowCount,
    users: Uint32Array.from({ length: rowCount }, (_, i) => Math.floor(i / 3)),
    cutoffs: new Uint16Array(rowCount),
  }
  if (!isWeighted) return { x, y }
  const weights = Float32Array.from({ length: rowCount }, () => 10 ** (12 * random.next() - 6))
  weights[5] = 0
  return { x: { ...x, weights }, y }
}

describe('forests on kernels', () => {
  it.each([
    ['forest', forest],
    ['extra_trees', extraTrees],
  ])('%s: the same bytes from WebAssembly with 1 and 3 threads and from plain TypeScript', async (_, estimator) => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(),
          rowCount: fc.integer({ min: 10, max: 700 }),
          isWeighted: fc.boolean(),
          rowSampling: fc.constantFrom('bootstrap_users', 'bootstrap_rows', 'all'),
          minRowsPerLeaf: fc.constantFrom(1, 5, 40),
          featureSampling: fc.constantFrom('sqrt', 1, 0.1),
          maxDepth: fc.constantFrom(0, 1, 4),
          maxBins: fc.constantFrom(2, 128, 254),
        }),
        async ({ seed, rowCount, isWeighted, ...rest }) => {
          const { x, y } = randomTable(seed, rowCount, isWeighted)
          const bytesOf = async (kernels: string, threads: number): Promise<Buffer> => {
            const parameters = estimator.parameters.parse({ trees: 5, kernels, ...rest })
            const fitted = await estimator.fit(parameters, fitOf(x, y, { resources: { threads, memoryBytes: 1e8 } }))
            return Buffer.from(packModel(fitted.save()))
          }
          const plain = await bytesOf('ts', 1)
          expect((await bytesOf('wasm', 1)).equals(plain)).toBe(true)
        },
      ),
      { numRuns: 24, seed: 2 },
    )
    const { x, y } = randomTable(1, 12_000, true)
    const bytesOf = async (threads: number): Promise<Buffer> => {
      const parameters = estimator.parameters.parse({ trees: 9, rowSampling: 'bootstrap_rows' })
      const fitted = await estimator.fit(parameters, fitOf(x, y, { resources: { threads, memoryBytes: 1e8 } }))
      return Buffer.from(packModel(fitted.save()))
    }
    expect((await bytesOf(3)).equals(await bytesOf(1))).toBe(true)
  })

  it('more than 64 features: matrix in groups of blocks, the same bytes', async () => {
    const { x, y } = randomTable(3, 300, false)
    const names = Array.from({ length: 150 }, (_, j) => `f${j}`)
    const wide = { ...x, names, columns: names.map((_, j) => x.columns[j % 9]!) }
    const bytesOf = async (kernels: string): Promise<Buffer> => {
      const fitted = await forest.fit(forest.parameters.parse({ trees: 4, minRowsPerLeaf: 3, kernels }), fitOf(wide, y))
      return Buffer.from(packModel(fitted.save()))
    }
    expect((await bytesOf('wasm')).equals(await bytesOf('ts'))).toBe(true)
  })
})
