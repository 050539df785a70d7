import type { CategoryPlan, NumberPlan, NumberTerm, Preparation } from '../../prepare/plan.ts'
import type { OnnxGraph, Value } from './graph.ts'

/** Columns of the input: one per feature of the preparation, in its order. */
interface Input {
  readonly graph: OnnxGraph
  /** Doubles, rows x features. */
  readonly x: Value
}

/** A number term with its feature and its place among all terms. */
interface Placed<T> {
  readonly term: T
  readonly plan: NumberPlan
  /** Column of the input. */
  readonly column: number
  readonly coefficient: number
}

/**
 * intercept + sum of coefficient x term, term by term as `fillTerms` makes them (float32, then double), for all terms of a
 * kind at once.
 */
export function linearScore(input: Input, { features }: Preparation, coefficients: Float64Array): Value {
  const { graph } = input
  const numbers: Placed<NumberTerm>[] = []
  const sums: Value[] = []
  let at = 0
  for (const [column, plan] of features.entries()) {
    const own = coefficients.subarray(at, at + plan.terms.length)
    at += plan.terms.length
    if (plan.kind === 'category') sums.push(categorySum(input, plan, { column, own }))
    else for (const [k, term] of plan.terms.entries()) numbers.push({ term, plan, column, coefficient: own[k]! })
  }
  const ofKind = <K extends NumberTerm['kind']>(kind: K): Placed<Extract<NumberTerm, { kind: K }>>[] =>
    numbers.filter((one): one is Placed<Extract<NumberTerm, { kind: K }>> => one.term.kind === kind)
  const [values, squares, splines, missing] = [ofKind('value'), ofKind('square'), ofKind('spline'), ofKind('missing')]
  if (values.length > 0) sums.push(weighted(graph, known(input, values), values))
  if (squares.length > 0) sums.push(weighted(graph, squared(graph, known(input, squares), squares), squares))
  if (splines.length > 0) sums.push(weighted(graph, bent(graph, known(input, splines), splines), splines))
  if (missing.length > 0) {
    const isKnown = isFinite(graph, gather(graph, input.x, missing))
    sums.push(weighted(graph, graph.node('Where', [isKnown, graph.doubles([0]), graph.doubles([1])]), missing))
  }
  const intercept = graph.doubles([coefficients.at(-1)!], [1, 1])
  // Rows x 1, even where no feature has a term.
  const zeros = graph.node('Mul', [rowsOf(graph, input.x), graph.doubles([0])])
  return [...sums, intercept].reduce((sum, next) => graph.node('Add', [sum, next]), zeros)
}

/** The first column with everything that is not finite replaced: as many rows as the input. */
function rowsOf(graph: OnnxGraph, x: Value): Value {
  const first = graph.node('Gather', [x, graph.integers([0])], { axis: { integer: 1 } })
  return graph.node('Where', [isFinite(graph, first), first, graph.doubles([0])])
}

const gather = (graph: OnnxGraph, x: Value, terms: readonly { readonly column: number }[]): Value =>
  graph.node('Gather', [x, graph.integers(terms.map(({ column }) => column))], { axis: { integer: 1 } })

/** |x| <= the largest float32; not so for NaN and infinities. */
const isFinite = (graph: OnnxGraph, x: Value): Value =>
  graph.node('LessOrEqual', [graph.node('Abs', [x]), graph.doubles([3.5e38])])

const row = (graph: OnnxGraph, values: readonly number[]): Value => graph.doubles(values, [1, values.length])

/** Values of the terms' features: logged, clipped, missing ones filled. */
function known({ graph, x }: Input, terms: readonly Placed<NumberTerm>[]): Value {
  const raw = gather(graph, x, terms)
  const isKnown = isFinite(graph, raw)
  const safe = graph.node('Where', [isKnown, raw, graph.doubles([0])])
  const log = graph.node('Log', [graph.node('Add', [graph.node('Abs', [safe]), graph.doubles([1])])])
  const signed = graph.node('Mul', [graph.node('Sign', [safe]), log])
  const isLogged = graph.node('Greater', [
    row(
      graph,
      terms.map(({ plan }) => Number(plan.log)),
    ),
    graph.doubles([0]),
  ])
  const transformed = graph.node('Where', [isLogged, signed, safe])
  const low = graph.node('Max', [
    transformed,
    row(
      graph,
      terms.map(({ plan }) => plan.low),
    ),
  ])
  const clipped = graph.node('Min', [
    low,
    row(
      graph,
      terms.map(({ plan }) => plan.high),
    ),
  ])
  return graph.node('Where', [
    isKnown,
    clipped,
    row(
      graph,
      terms.map(({ plan }) => plan.fill),
    ),
  ])
}

function squared(
  graph: OnnxGraph,
  values: Value,
  terms: readonly Placed<Extract<NumberTerm, { kind: 'square' }>>[],
): Value {
  const centred = graph.node('Sub', [
    values,
    row(
      graph,
      terms.map(({ term }) => term.centre),
    ),
  ])
  return graph.node('Mul', [centred, centred])
}

/** Harrell (2015) eq. 2.25, as in `fillTerms`. */
function bent(
  graph: OnnxGraph,
  values: Value,
  terms: readonly Placed<Extract<NumberTerm, { kind: 'spline' }>>[],
): Value {
  const knots = terms.map(({ term: { knots, piece } }) => {
    const [beforeLast, last] = [knots.at(-2)!, knots.at(-1)!]
    return { knot: knots[piece]!, beforeLast, last, scale: (last - knots[0]!) ** 2 }
  })
  const cube = (at: readonly number[]): Value => {
    const above = graph.node('Max', [graph.node('Sub', [values, row(graph, at)]), graph.doubles([0])])
    return graph.node('Mul', [graph.node('Mul', [above, above]), above])
  }
  const down = knots.map(({ knot, beforeLast, last }) => (last - knot) / (last - beforeLast))
  const up = knots.map(({ knot, beforeLast, last }) => (beforeLast - knot) / (last - beforeLast))
  const first = cube(knots.map(({ knot }) => knot))
  const second = graph.node('Mul', [cube(knots.map(({ beforeLast }) => beforeLast)), row(graph, down)])
  const third = graph.node('Mul', [cube(knots.map(({ last }) => last)), row(graph, up)])
  const bend = graph.node('Add', [graph.node('Sub', [first, second]), third])
  return graph.node('Div', [
    bend,
    row(
      graph,
      knots.map(({ scale }) => scale),
    ),
  ])
}

/** Centred, scaled, rounded to float32 as in training, times the coefficients: rows x 1. */
function weighted(graph: OnnxGraph, curves: Value, terms: readonly Placed<NumberTerm>[]): Value {
  const centred = graph.node('Sub', [
    curves,
    row(
      graph,
      terms.map(({ term }) => term.mean),
    ),
  ])
  const scaled = graph.node('Div', [
    centred,
    row(
      graph,
      terms.map(({ term }) => term.scale),
    ),
  ])
  const rounded = graph.toDouble(graph.toFloat(scaled))
  return graph.node('MatMul', [
    rounded,
    graph.doubles(
      terms.map(({ coefficient }) => coefficient),
      [terms.length, 1],
    ),
  ])
}

/**
 * Codes 0, 1, 2 … are the levels that have a term of their own, in the order of terms; any other number is another level,
 * NaN is missing. A row for which no term stands is neutral.
 */
function categorySum(
  { graph, x }: Input,
  { terms }: CategoryPlan,
  { column, own }: { column: number; own: Float64Array },
): Value {
  const code = gather(graph, x, [{ column }])
  const off = terms.map(({ mean, scale }) => Math.fround(-mean / scale))
  const on = terms.map(({ mean, scale }) => Math.fround((1 - mean) / scale))
  const allOff = terms.reduce((sum, _, k) => sum + own[k]! * off[k]!, 0)
  const sumWith = (k: number): number => allOff + own[k]! * (on[k]! - off[k]!)
  const constant = (k: number): Value => graph.doubles([k < 0 ? 0 : sumWith(k)], [1, 1])
  const levels = terms.flatMap(({ kind }, k) => (kind === 'level' ? [k] : []))
  const isMissing = graph.node('Not', [graph.node('Equal', [code, code])])
  const other = constant(terms.findIndex(({ kind }) => kind === 'pooled'))
  const known = levels.reduce(
    (rest, k, at) => graph.node('Where', [graph.node('Equal', [code, graph.doubles([at])]), constant(k), rest]),
    other,
  )
  return graph.node('Where', [isMissing, constant(terms.findIndex(({ kind }) => kind === 'missing')), known])
}
