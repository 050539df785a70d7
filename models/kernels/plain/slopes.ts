import type { KernelMemory } from '../kernel-memory.ts'

const rowsPerChunk = 8192
const float = Math.fround
/** Halves to the even neighbour, as the kernels round; for |x| < 2^51. */
const magic = 1.5 * 2 ** 52
const nearest = (x: number): number => x + magic - magic

/** Twin of `slopes` in assembly/training/gradients.ts: every step in float32, sums in four lanes. */
export function slopes({ u8, f32, f64 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [scores, labels, weights, scale, rows, pairs, sums] = args as unknown as number[]
  const slopeOf = createSlope(args.slice(8).map(float))
  const end = Math.min(rows!, (chunk + 1) * rowsPerChunk)
  // By lane: errors, curves, losses, weights.
  const lanes = new Float64Array(16)
  for (let i = chunk * rowsPerChunk; i < end; i++) {
    const isOne = u8[labels! + i] === 1
    const { error, h, loss } = slopeOf(f32[scores! / 4 + i]!, isOne)
    if (pairs !== 0) {
      f32[pairs! / 4 + 2 * i] = h
      f32[pairs! / 4 + 2 * i + 1] = isOne ? -error : error
    }
    const w = weights === 0 ? 1 : float(f32[weights! / 4 + i]! * float(scale!))
    const lane = 4 * (i & 3)
    lanes[lane]! += float(w * error)
    lanes[lane + 1]! += float(w * h)
    lanes[lane + 2]! += float(w * loss)
    lanes[lane + 3]! += w
  }
  for (let k = 0; k < 4; k++)
    f64[sums! / 8 + 4 * chunk + k] = lanes[k]! + lanes[4 + k]! + (lanes[8 + k]! + lanes[12 + k]!)
}

/** |p - y|, p (1 - p) and the log-loss at score z; `constants` as in `slopeConstants`. */
function createSlope(
  constants: Float64Array,
): (z: number, isOne: boolean) => { error: number; h: number; loss: number } {
  const [, , , most, log2E, ln2High, ln2Low] = constants as unknown as number[]
  const exponential = constants.slice(8, 14)
  const logarithm = constants.slice(14, 20)
  return (z, isOne) => {
    const distance = Math.abs(z)
    const x = -Math.min(most!, distance)
    const n = nearest(float(x * log2E!))
    const r = float(float(x - float(n * ln2High!)) - float(n * ln2Low!))
    const p = float(float(float(polynomial(exponential, r) * float(r * r)) + r) + 1)
    const e = float(p * 2 ** n)
    const inverse = float(1 / float(1 + e))
    const isWrong = z >= 0 !== isOne
    const s = float(e / float(e + 2))
    const q = float(s * s)
    const series = float(float(polynomial(logarithm, q) * q) + 1)
    return {
      error: float(inverse * (isWrong ? 1 : e)),
      h: float(float(e * inverse) * inverse),
      loss: float(float(float(s + s) * series) + (isWrong ? distance : 0)),
    }
  }
}

function polynomial(coefficients: Float64Array, x: number): number {
  let value = coefficients[0]!
  for (let k = 1; k < coefficients.length; k++) value = float(float(value * x) + coefficients[k]!)
  return value
}

/** Twin of `roundSlopes`. */
export function roundSlopes(memory: KernelMemory, args: Float64Array, chunk: number): void {
  roundEach(memory, args, chunk)
}

/** Twin of `roundWeighted`. */
export function roundWeighted(memory: KernelMemory, args: Float64Array, chunk: number): void {
  const [weights, scale] = [args[7]!, float(args[8]!)]
  roundEach(memory, args, chunk, (row) => float(memory.f32[weights / 4 + row]! * scale))
}

function roundEach(
  { f32, i32, f64 }: KernelMemory,
  args: Float64Array,
  chunk: number,
  weightOf?: (row: number) => number,
): void {
  const [pairs, rows, hSteps, gSteps, , , sums] = args as unknown as number[]
  const end = Math.min(rows!, (chunk + 1) * rowsPerChunk)
  let sumH = 0
  let sumG = 0
  for (let i = chunk * rowsPerChunk; i < end; i++) {
    const at = pairs! / 4 + 2 * i
    const w = weightOf?.(i) ?? 1
    const h = Math.max(1, saturate(nearest(w * nearest(float(f32[at]! * float(hSteps!))))))
    const g = saturate(nearest(w * nearest(float(f32[at + 1]! * float(gSteps!)))))
    i32[at] = h
    i32[at + 1] = g
    sumH += h
    sumG += g
  }
  f64[sums! / 8 + 2 * chunk] = sumH
  f64[sums! / 8 + 2 * chunk + 1] = sumG
}

const saturate = (value: number): number => Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1)

/** Twin of `sumRows`. */
export function sumRows({ u32, i32, f64 }: KernelMemory, args: Float64Array, chunk: number): void {
  const [order, count, pairs, sums] = args as unknown as number[]
  const end = Math.min(count!, (chunk + 1) * rowsPerChunk)
  let h = 0
  let g = 0
  for (let i = chunk * rowsPerChunk; i < end; i++) {
    const at = pairs! / 4 + 2 * u32[order! / 4 + i]!
    h += i32[at]!
    g += i32[at + 1]!
  }
  f64[sums! / 8 + 2 * chunk] = h
  f64[sums! / 8 + 2 * chunk + 1] = g
}
