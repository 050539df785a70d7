import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { sortedPresent } from '../../core/numeric/sorted-present.ts'

const plainly = (values: Float32Array): Float32Array => values.filter((value) => !Number.isNaN(value)).sort()
const bitsOf = (values: Float32Array): number[] => [...new Uint32Array(values.slice().buffer)]

it('ascends, -0 before 0, without NaN: the bits of filter and sort', () => {
  const given = Float32Array.of(3, Number.NaN, -0, 0, -1.5, Infinity, -Infinity, 1e-45, 3)
  expect([...sortedPresent(given)]).toEqual([-Infinity, -1.5, -0, 0, Math.fround(1e-45), 3, 3, Infinity])
  expect(sortedPresent(new Float32Array(0)).length).toBe(0)
  const some = fc.oneof(fc.float(), fc.integer({ min: -3, max: 40 }), fc.constant(-0))
  fc.assert(
    fc.property(fc.array(some, { maxLength: 300 }), (list) => {
      const values = Float32Array.from(list)
      expect(bitsOf(sortedPresent(values))).toEqual(bitsOf(plainly(values)))
      expect(bitsOf(values)).toEqual(bitsOf(Float32Array.from(list)))
    }),
  )
})
