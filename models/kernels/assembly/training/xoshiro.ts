/** xoshiro128** (Blackman and Vigna 2018) with its four words at `state`: the numbers of core/random.ts. */
export function nextWord(state: usize): u32 {
  const s0 = load<u32>(state)
  const s1 = load<u32>(state, 4)
  const s2 = load<u32>(state, 8) ^ s0
  const s3 = load<u32>(state, 12) ^ s1
  store<u32>(state, s0 ^ s3)
  store<u32>(state, s1 ^ s2, 4)
  store<u32>(state, s2 ^ (s1 << 9), 8)
  store<u32>(state, rotl<u32>(s3, 11), 12)
  return rotl<u32>(s1 * 5, 7) * 9
}

/** Uniform in [0, limit), limit >= 1; unbiased. */
export function nextBelow(state: usize, limit: u32): u32 {
  const most: u32 = ~((<u32>0 - limit) % limit)
  let word = nextWord(state)
  while (word > most) word = nextWord(state)
  return word % limit
}
