import { describe, expect, it } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { blockRows } from '../../models/kernels/plain/add-products.ts'
import { BlockProducts } from '../../models/logistic/block-products.ts'

/** `size` columns of `rows` rows of normal numbers, added in as many blocks as they need. */
function productsOf(columns: readonly Float64Array[], kernels: 'wasm' | 'ts'): BlockProducts {
  const products = new BlockProducts(columns.length, kernels)
  const rowCount = columns[0]!.length
  for (let start = 0; start < rowCount; start += blockRows) {
    const rows = Math.min(blockRows, rowCount - start)
    products.block.fill(0)
    for (const [j, column] of columns.entries()) products.block.set(column.subarray(start, start + rows), j * blockRows)
    products.add(rows)
  }
  return products
}

function randomColumns(size: number, rows: number): Float64Array[] {
  const random = createRandom(`products/${size}/${rows}`)
  return Array.from({ length: size }, () => Float64Array.from({ length: rows }, () => random.normal()))
}

describe('products of columns', () => {
  it('columns (1, 2, 3) and (4, 5, 6): 14, 32, 77', () => {
    for (const kernels of ['wasm', 'ts'] as const) {
      const { total, padded } = productsOf([Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6)], kernels)
      expect([total[0], total[padded], total[padded + 1]]).toEqual([14, 32, 77])
    }
  })

  it.each([
    [1, 1],
    [3, 255],
    [5, 256],
    [41, 1000],
    [130, 517],
  ])(
    '%i columns of %i rows: WebAssembly and its twin agree in every bit, and with the plain sum to 1e-12',
    (size, rows) => {
      const columns = randomColumns(size, rows)
      const [wasm, twin] = [productsOf(columns, 'wasm'), productsOf(columns, 'ts')]
      expect(new Uint8Array(wasm.total.slice().buffer)).toEqual(new Uint8Array(twin.total.slice().buffer))
      for (let a = 0; a < size; a++)
        for (let b = 0; b <= a; b++) {
          const plain = columns[a]!.reduce((sum, value, k) => sum + value * columns[b]![k]!, 0)
          expect(Math.abs(wasm.total[a * wasm.padded + b]! - plain)).toBeLessThan(1e-12 * rows * 4)
        }
    },
  )
})
