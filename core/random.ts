import { createHash } from 'node:crypto'

/**
 * A seeded generator (xoshiro128**, Blackman and Vigna 2018). `child(path)` derives an independent generator from
 * sha256(seed, path) and advances nothing, so that adding, removing or reordering consumers changes no other's numbers.
 */
export interface Random {
  /** Where this generator stands, e.g. `42/fit/gbdt`. */
  readonly path: string
  child(path: string): Random
  /** Uniform in [0, 1) with 53 bits. */
  next(): number
  /** Uniform integer in [0, 2^32). */
  uint32(): number
  /** Uniform integer in [0, limit), limit in [1, 2^32]; unbiased. */
  integer(limit: number): number
  /** Standard normal (Marsaglia polar). */
  normal(): number
  /** Fisher-Yates, in place; returns its argument. */
  shuffle<T extends { length: number; [index: number]: number }>(values: T): T
}

/** The root generator of a run. `seed` is any string or integer. */
export function createRandom(seed: number | string): Random {
  return new Xoshiro(String(seed))
}

class Xoshiro implements Random {
  readonly path: string
  private readonly state: Uint32Array
  private spare = Number.NaN

  constructor(path: string) {
    this.path = path
    const digest = createHash('sha256').update(path).digest()
    this.state = new Uint32Array([0, 4, 8, 12].map((at) => digest.readUInt32LE(at)))
    if (this.state.every((word) => word === 0)) this.state[0] = 1
  }

  child(path: string): Random {
    return new Xoshiro(`${this.path}/${path}`)
  }

  uint32(): number {
    const s = this.state
    const s1 = s[1]!
    const scrambled = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0
    const shifted = s1 << 9
    s[2]! ^= s[0]!
    s[3]! ^= s1
    s[1]! ^= s[2]!
    s[0]! ^= s[3]!
    s[2]! ^= shifted
    s[3] = rotateLeft(s[3]!, 11)
    return scrambled
  }

  next(): number {
    const high = this.uint32() >>> 5
    const low = this.uint32() >>> 6
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  integer(limit: number): number {
    if (!(limit >= 1 && limit <= 4_294_967_296))
      throw new RangeError(`integer(limit): limit must be in [1, 2^32], got ${limit}`)
    const ceiling = 4_294_967_296 - (4_294_967_296 % limit)
    let draw = this.uint32()
    while (draw >= ceiling) draw = this.uint32()
    return draw % limit
  }

  normal(): number {
    if (!Number.isNaN(this.spare)) {
      const kept = this.spare
      this.spare = Number.NaN
      return kept
    }
    let u = 0
    let v = 0
    let s = 0
    do {
      u = 2 * this.next() - 1
      v = 2 * this.next() - 1
      s = u * u + v * v
    } while (s >= 1 || s === 0)
    const factor = Math.sqrt((-2 * Math.log(s)) / s)
    this.spare = v * factor
    return u * factor
  }

  shuffle<T extends { length: number; [index: number]: number }>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const kept = values[i]!
      values[i] = values[j]!
      values[j] = kept
    }
    return values
  }
}

function rotateLeft(word: number, bits: number): number {
  return ((word << bits) | (word >>> (32 - bits))) >>> 0
}
