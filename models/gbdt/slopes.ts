import type { Random } from '../../core/random.ts'
import type { GradientUnits } from '../trees/gradients.ts'
import { powerOfTwoBelow } from '../trees/gradients.ts'
import { slopeConstants } from '../kernels/slope-constants.ts'
import { placePieces } from '../trees/split-in-space.ts'
import { mostPieces, piecesOf, rowsPerSlopeChunk, slopeBuckets, type TreeSpace } from '../trees/tree-space.ts'
import type { PartInSpace } from './boost-space.ts'
import type { GbdtParameters } from './parameters.ts'

export interface LossSums {
  /** Sum of weights over the drawn rows. */
  readonly weight: number
  /** Mean log-loss of all rows before the tree to come. */
  readonly logLoss: number
  /** Sum of h over the drawn rows in steps. */
  readonly h: number
}

/** Sums over rows, by weight (in units of weight): |g|, h, loss, the weights themselves. */
interface SlopeSums {
  readonly g: number
  readonly h: number
  readonly loss: number
  readonly weight: number
}

/** The rows and slopes that the next tree is grown on; the first `count` of the order are drawn, the others are not. */
export interface DrawnSlopes {
  readonly units: GradientUnits
  readonly sums: LossSums
  readonly root: { readonly count: number; readonly g: number; readonly h: number }
  /** All rows are drawn and the order has not been written. */
  readonly isPlain: boolean
}

/** Sums of four doubles each, in the order of their chunks. */
function addUp({ pool, layout }: TreeSpace, chunks: number): SlopeSums {
  const sums = [0, 0, 0, 0]
  const at = layout.sums / 8
  for (let i = 0; i < 4 * chunks; i++) sums[i & 3]! += pool.memory.f64[at + i]!
  const [g, h, loss, weight] = sums as [number, number, number, number]
  return { g, h, loss, weight }
}

/** Slopes of the log-loss at the part's scores as float32 pairs at `pairs` (0 = sums only). */
function slopesOf(space: TreeSpace, part: PartInSpace, pairs: number): SlopeSums {
  const chunks = Math.ceil(part.rows / rowsPerSlopeChunk)
  const { scores, labels, weights, unit, rows } = part
  const args = [scores, labels, weights, 1 / unit, rows, pairs, space.layout.sums, 0, ...slopeConstants]
  space.pool.run('slopes', args, chunks)
  return addUp(space, chunks)
}

/** Weighted mean log-loss of the part's scores. */
export function meanLossOf(space: TreeSpace, part: PartInSpace): number {
  const { loss, weight } = slopesOf(space, part, 0)
  return loss / weight
}

/** Slopes at the scores as they are, rows drawn for the tree, everything rounded to whole numbers. */
export function drawSlopes(
  space: TreeSpace,
  part: PartInSpace,
  { parameters, random, iteration }: { parameters: GbdtParameters; random: Random; iteration: number },
): DrawnSlopes {
  const all = slopesOf(space, part, space.layout.pairs)
  const draw = drawOf(parameters, iteration)
  const drawn = draw === null ? null : drawRows(space, part, { draw, seed: random.child(`rows/${iteration}`).uint32() })
  const { count, sums } = drawn ?? { count: part.rows, sums: all }
  const gSteps = stepsFor(sums.g, part.rows)
  const hSteps = stepsFor(sums.h, part.rows)
  const root = { count, ...round(space, part, { gSteps, hSteps, count: drawn === null ? null : count }) }
  return {
    units: { gUnit: part.unit / gSteps, hUnit: part.unit / hSteps },
    sums: { weight: sums.weight * part.unit, logLoss: all.loss / all.weight, h: root.h },
    root,
    isPlain: drawn === null,
  }
}

/** Shares of rows: with the largest slopes, and drawn from the others, whose slopes are made up for by `factor`. */
interface Draw {
  readonly largest: number
  readonly others: number
  readonly isGoss: boolean
}

/** As in LightGBM, the first 1 / learningRate trees of GOSS see all rows: their slopes tell little yet. */
function drawOf({ rowSampling, gossTop, gossRest, learningRate }: GbdtParameters, iteration: number): Draw | null {
  if (gossTop > 0) {
    if (iteration < Math.floor(1 / learningRate) || gossTop + gossRest >= 1) return null
    return { largest: gossTop, others: gossRest, isGoss: true }
  }
  return rowSampling < 1 ? { largest: 0, others: rowSampling, isGoss: false } : null
}

/** All rows are drawn when chance draws none. */
function drawRows(
  space: TreeSpace,
  part: PartInSpace,
  { draw, seed }: { draw: Draw; seed: number },
): { count: number; sums: SlopeSums } | null {
  const { pool, layout } = space
  // Sums of doubles: the pieces must not depend on the number of threads.
  const pieceRows = rowsPerSlopeChunk * Math.ceil(part.rows / rowsPerSlopeChunk / mostPieces)
  const pieces = Math.ceil(part.rows / pieceRows)
  const { leastKey, share } = draw.isGoss
    ? gossKey(space, part, draw)
    : { leastKey: 2 * slopeBuckets, share: draw.others }
  const rows = [0, 0, part.rows, seed, pieces, pieceRows, layout.pairs, part.weights, layout.spare, layout.pieceCounts]
  const choice = [0, 0, leastKey, share * 2 ** 32, draw.isGoss ? 1 / share : 1, 1 / part.unit, layout.sums]
  pool.run('drawRows', [...rows, ...choice], pieces)
  const sums = addUp(space, pieces)
  const count = placePieces(space, { begin: 0, count: part.rows, pieces, pieceRows })
  return count === 0 ? null : { count, sums }
}

/**
 * Gradient-based one-side sampling (Ke et al. 2017, sec. 3): the `largest` share of rows by |weighted slope| is kept, up to
 * a bucket of about 1 %; of the others a share is drawn so that `others` of all rows come along.
 */
function gossKey(space: TreeSpace, part: PartInSpace, draw: Draw): { leastKey: number; share: number } {
  const { pool, layout } = space
  const { u32 } = pool.memory
  const counts = u32.subarray(layout.slopeCounts / 4, layout.slopeCounts / 4 + slopeBuckets * pool.threads).fill(0)
  const { pieces, pieceRows } = piecesOf(part.rows, { threads: pool.threads, least: 8192, step: 1 })
  pool.run('countSlopes', [part.rows, pieceRows, layout.pairs, part.weights, 1 / part.unit, layout.slopeCounts], pieces)
  let kept = 0
  let leastKey = slopeBuckets
  while (leastKey > 0 && kept < draw.largest * part.rows) {
    leastKey--
    for (let at = leastKey; at < counts.length; at += slopeBuckets) kept += counts[at]!
  }
  const left = part.rows - kept
  return { leastKey, share: left === 0 ? 1 : Math.min(1, (draw.others * part.rows) / left) }
}

/**
 * Steps per 1.0 for values whose sum is `total`: the largest power of two that keeps the rounded sum below 2^31. Rounding
 * adds at most 1/2 per row and 1/2 per weight, h is at least 1, and sums of float32 products are off by some 2^-24.
 */
function stepsFor(total: number, rows: number): number {
  return powerOfTwoBelow(Math.max(2 ** 31 - 4096 - 4 * rows, 1) / Math.max(total, 1e-300))
}

/** Whole numbers in place of the slopes; sums over the drawn rows (`count` null: all). */
function round(
  { pool, layout }: TreeSpace,
  { rows, weights, unit }: PartInSpace,
  { gSteps, hSteps, count }: { gSteps: number; hSteps: number; count: number | null },
): { g: number; h: number } {
  let chunks = Math.ceil(rows / rowsPerSlopeChunk)
  const args = [layout.pairs, rows, hSteps, gSteps, hSteps, gSteps, layout.sums, weights, 1 / unit]
  pool.run(weights === 0 ? 'roundSlopes' : 'roundWeighted', args, chunks)
  if (count !== null) {
    chunks = Math.ceil(count / rowsPerSlopeChunk)
    pool.run('sumRows', [layout.order, count, layout.pairs, layout.sums], chunks)
  }
  let g = 0
  let h = 0
  const at = layout.sums / 8
  for (let chunk = 0; chunk < chunks; chunk++) {
    h += pool.memory.f64[at + 2 * chunk]!
    g += pool.memory.f64[at + 2 * chunk + 1]!
  }
  return { g, h }
}
