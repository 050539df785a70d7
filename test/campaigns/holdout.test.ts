import { describe, expect, it } from 'vitest'
import { heldOut, isHeldOut } from '../../campaigns/holdout.ts'

const ids = Array.from({ length: 20_000 }, (_, i) => String(i))

describe('isHeldOut', () => {
  it('holds 5 % of 20,000 users out, within 4 SD of 1,000', () => {
    const size = heldOut(ids, 0.05).reduce((total, one) => total + one, 0)
    expect(Math.abs(size - 1000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.05 * 0.95))
  })
  it('does not depend on the order or the number of users', () => {
    const forward = heldOut(ids, 0.1)
    expect(heldOut(ids.toReversed(), 0.1).toReversed()).toEqual(forward)
    expect(isHeldOut(ids[123]!, 0.1)).toBe(forward[123] === 1)
  })
  it('is nested: everyone held out at 5 % is held out at 10 %', () => {
    for (const id of ids.slice(0, 2000)) if (isHeldOut(id, 0.05)) expect(isHeldOut(id, 0.1)).toBe(true)
  })
  it('another salt holds others out: of two 10 % hold-outs about 1 % of users are in both', () => {
    const [a, b] = [heldOut(ids, 0.1, 'a'), heldOut(ids, 0.1, 'b')]
    const both = a.filter((one, i) => one === 1 && b[i] === 1).length
    expect(Math.abs(both - 200)).toBeLessThan(4 * Math.sqrt(20_000 * 0.01 * 0.99))
  })
  it('fraction 0 is nobody, 1 is everybody, more is refused', () => {
    expect(ids.some((id) => isHeldOut(id, 0))).toBe(false)
    expect(ids.every((id) => isHeldOut(id, 1))).toBe(true)
    expect(() => isHeldOut('a', 1.2)).toThrow('fraction must be in [0, 1], got 1.2')
  })
})
