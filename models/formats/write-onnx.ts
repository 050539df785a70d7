import type { Exportable, ExportableLinear, ExportableTrees } from './exportable.ts'
import { calibrate, type SavedCalibration, sigmoid } from './onnx/calibrate.ts'
import { linearScore } from './onnx/linear-terms.ts'
import { type GraphNames, OnnxGraph, type Value } from './onnx/graph.ts'
import { treeNodes } from './onnx/tree-nodes.ts'

/**
 * The model with its calibration as ONNX (ai.onnx 15, ai.onnx.ml 1). Input `features`: float, rows x features in the order
 * of `exportInputs`; NaN = missing, categories by code. Outputs: `probability`, calibrated, and `score_raw`, before
 * calibration; float, rows x 1. Inside it counts in doubles.
 */
export function writeOnnx(model: Exportable, calibration: SavedCalibration, names: GraphNames): Uint8Array {
  const graph = new OnnxGraph()
  const raw = model.kind === 'trees' ? treeScore(graph, model) : linearProbability(graph, model)
  graph.rename(graph.toFloat(raw), 'score_raw')
  graph.rename(graph.toFloat(calibrate(graph, raw, calibration)), 'probability')
  const inputColumns = model.kind === 'trees' ? model.ensemble.features.length : model.preparation.features.length
  return graph.finish(names, {
    input: 'features',
    inputColumns: Math.max(1, inputColumns),
    outputs: ['probability', 'score_raw'],
  })
}

function treeScore(graph: OnnxGraph, { ensemble, output }: ExportableTrees): Value {
  const sums = graph.toDouble(graph.mlNode('TreeEnsembleRegressor', ['features'], treeNodes(ensemble)))
  const total = graph.node('MatMul', [sums, graph.doubles([1, 1], [2, 1])])
  if (output === 'log_odds') return sigmoid(graph, graph.node('Add', [total, graph.doubles([ensemble.base])]))
  const rate = graph.node('Div', [total, graph.doubles([ensemble.trees.length])])
  return graph.node('Clip', [rate, graph.doubles([0]), graph.doubles([1])])
}

function linearProbability(graph: OnnxGraph, { preparation, coefficients }: ExportableLinear): Value {
  const x = graph.toDouble('features')
  return sigmoid(graph, linearScore({ graph, x }, preparation, coefficients))
}
