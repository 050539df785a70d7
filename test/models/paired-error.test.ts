import { describe, expect, it } from 'vitest'
import { pairedError } from '../../models/paired-error.ts'

const zeros = (length: number): Float64Array => new Float64Array(length)

describe('standard error of a paired difference', () => {
  it('four users with differences 1, 2, 3, 4: SD 1.2910 over the root of 4 = .6455', () => {
    const error = pairedError(Float64Array.of(1, 2, 3, 4), zeros(4), { users: Uint32Array.of(0, 1, 2, 3) })
    expect(error).toBeCloseTo(Math.sqrt(5 / 3) / 2, 12)
  })
  it('two users with rows 1, 2 and 3, 4: mean 2.5, sums about it -2 and 2, so root(2 x 8) / 4 = 1', () => {
    expect(pairedError(Float64Array.of(1, 2, 3, 4), zeros(4), { users: Uint32Array.of(0, 0, 1, 1) })).toBeCloseTo(1, 12)
  })
  it('a row of weight 2 is that row twice, a row of weight 0 is not there', () => {
    const weights = Float64Array.of(2, 1, 0, 1)
    const weighted = pairedError(Float64Array.of(1, 2, 90, 4), zeros(4), { users: Uint32Array.of(0, 1, 2, 1), weights })
    const repeated = pairedError(Float64Array.of(1, 1, 2, 4), zeros(4), { users: Uint32Array.of(0, 0, 1, 1) })
    expect(weighted).toBeCloseTo(repeated, 12)
  })
  it('one user says nothing about the error: infinity', () => {
    expect(pairedError(Float64Array.of(1, 2), zeros(2), { users: Uint32Array.of(7, 7) })).toBe(Infinity)
  })
})
