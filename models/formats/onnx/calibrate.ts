import type { OnnxGraph, Value } from './graph.ts'

/** A calibration map as `CalibrationMap.save` gives it. */
export type SavedCalibration =
  | { readonly calibrator: 'none' }
  | { readonly calibrator: 'platt'; readonly slope: number; readonly intercept: number }
  | {
      readonly calibrator: 'isotonic'
      readonly scores: readonly number[]
      readonly values: readonly number[]
      readonly low: number
      readonly high: number
    }

/** As in `../../calibrate/`. */
const scoreLimit = 1e-6
const orderShare = 1e-6

/** The calibrated probability of `score` (doubles of one column), in the same steps as the map itself. */
export function calibrate(graph: OnnxGraph, score: Value, map: SavedCalibration): Value {
  if (map.calibrator === 'none') return score
  return map.calibrator === 'platt' ? platt(graph, score, map) : isotonic(graph, score, map)
}

/** sigmoid(slope x logit(score) + intercept). */
function platt(
  graph: OnnxGraph,
  score: Value,
  { slope, intercept }: Extract<SavedCalibration, { calibrator: 'platt' }>,
): Value {
  const one = graph.doubles([1])
  const clipped = graph.node('Clip', [score, graph.doubles([scoreLimit]), graph.doubles([1 - scoreLimit])])
  const odds = graph.node('Div', [clipped, graph.node('Sub', [one, clipped])])
  const scaled = graph.node('Mul', [graph.node('Log', [odds]), graph.doubles([slope])])
  return sigmoid(graph, graph.node('Add', [scaled, graph.doubles([intercept])]))
}

/** 1 / (1 + exp(-value)): `Sigmoid` is not there for doubles in every runtime. */
export function sigmoid(graph: OnnxGraph, value: Value): Value {
  const grown = graph.node('Add', [graph.node('Exp', [graph.node('Neg', [value])]), graph.doubles([1])])
  return graph.node('Div', [graph.doubles([1]), grown])
}

/**
 * Linear between corners: the first value, plus the rise of each piece times the share of it that lies below the score
 * (pieces of no length have the share 1 from their score on, as there is nothing between).
 */
function isotonic(
  graph: OnnxGraph,
  score: Value,
  { scores, values, low, high }: Extract<SavedCalibration, { calibrator: 'isotonic' }>,
): Value {
  const pieces = scores.length - 1
  const from = graph.doubles(scores.slice(0, -1), [1, pieces])
  const lengths = graph.doubles(
    scores.slice(1).map((end, k) => end - scores[k]!),
    [1, pieces],
  )
  const rises = graph.doubles(
    values.slice(1).map((value, k) => value - values[k]!),
    [pieces, 1],
  )
  const [zero, one] = [graph.doubles([0]), graph.doubles([1])]
  const shares = graph.node('Div', [graph.node('Sub', [score, from]), lengths])
  const rise = graph.node('MatMul', [graph.node('Clip', [shares, zero, one]), rises])
  const interpolated =
    pieces === 0 ? graph.doubles([values[0]!], [1, 1]) : graph.node('Add', [rise, graph.doubles([values[0]!])])
  const order = graph.node('Add', [graph.node('Mul', [score, graph.doubles([high - low])]), graph.doubles([low])])
  return graph.node('Add', [
    graph.node('Mul', [interpolated, graph.doubles([1 - orderShare])]),
    graph.node('Mul', [order, graph.doubles([orderShare])]),
  ])
}
