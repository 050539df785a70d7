// A checksum of kept bytes, 32 of them a step: products of the two halves, each mixed with keys that are others at every step, and
// their plain sums. Bytes that change in one word alone always change it; that others cancel out is as likely as 1 in 2^53. State:
// four sums (16 bytes each), keys (16), room for the last step (32).

function addStep(state: usize, from: usize): void {
  const keys = i32x4.add(v128.load(state, 64), i32x4(0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f))
  const one = v128.load(from)
  const other = v128.load(from, 16)
  const a = v128.xor(one, keys)
  const b = v128.xor(other, v128.not(keys))
  v128.store(state, i64x2.add(v128.load(state), i64x2.extmul_low_i32x4_u(a, b)))
  v128.store(state, i64x2.add(v128.load(state, 16), i64x2.extmul_high_i32x4_u(a, b)), 16)
  v128.store(state, i64x2.add(v128.load(state, 32), one), 32)
  v128.store(state, i64x2.add(v128.load(state, 48), other), 48)
  v128.store(state, keys, 64)
}

/** Adds bytes; what is missing to a whole step at the end counts as 0, so only the last bytes of a block may be no whole steps. */
export function addToSum(state: usize, from: usize, bytes: usize): void {
  const end = from + bytes
  for (; from + 32 <= end; from += 32) addStep(state, from)
  if (from == end) return
  memory.fill(state + 80, 0, 32)
  memory.copy(state + 80, from, end - from)
  addStep(state, state + 80)
}

/** The checksum of a block of so many bytes, below 2^53; the state begins anew. */
export function endSum(state: usize, bytes: usize): f64 {
  let sum: u64 = <u64>bytes
  for (let lane: usize = 0; lane < 64; lane += 8) {
    sum = (sum ^ load<u64>(state + lane)) * 0x9e3779b97f4a7c15
    sum ^= sum >> 29
  }
  memory.fill(state, 0, 80)
  return <f64>(sum >> 11)
}
