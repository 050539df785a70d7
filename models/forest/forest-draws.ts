/** Numbers that a tree draws while it grows: those of assembly/training/xoshiro.ts, and of core/random.ts. */
export interface ForestDraws {
  /** Uniform in [0, 2^32). */
  word(): number
  /** Uniform in [0, limit), limit in [1, 2^32); unbiased. */
  below(limit: number): number
}

/** xoshiro128** over the four words of `state`, which it moves on. */
export function createDraws(state: Uint32Array): ForestDraws {
  const word = (): number => {
    const [s0, s1] = [state[0]!, state[1]!]
    const s2 = state[2]! ^ s0
    const s3 = state[3]! ^ s1
    state[0] = s0 ^ s3
    state[1] = s1 ^ s2
    state[2] = s2 ^ (s1 << 9)
    state[3] = rotateLeft(s3, 11)
    return Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0
  }
  return {
    word,
    below(limit) {
      const ceiling = 4_294_967_296 - (4_294_967_296 % limit)
      let drawn = word()
      while (drawn >= ceiling) drawn = word()
      return drawn % limit
    },
  }
}

const rotateLeft = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits))
