import type { FormulaName } from '../definition.ts'
import type { DerivedCode } from './program.ts'

/** `into[t]` of the inputs' row t; NaN = missing. The arithmetic is that of `formula.ts`, operation by operation. */
export type Compute = (inputs: readonly Float64Array[], into: Float64Array, rows: number) => void

const over = (a: number, b: number): number => (b === 0 ? Number.NaN : a / b)

/*
 * Formulas of two inputs have a loop of their own each: one loop that is handed the arithmetic would call it value by value.
 */

const ratio: Compute = ([a, b], into, rows) => {
  for (let t = 0; t < rows; t++) into[t] = over(a![t]!, b![t]!)
}

const difference: Compute = ([a, b], into, rows) => {
  for (let t = 0; t < rows; t++) into[t] = a![t]! - b![t]!
}

const product: Compute = ([a, b], into, rows) => {
  for (let t = 0; t < rows; t++) into[t] = a![t]! * b![t]!
}

const share: Compute = ([a, b], into, rows) => {
  for (let t = 0; t < rows; t++) into[t] = over(a![t]!, a![t]! + b![t]!)
}

const decay: Compute = ([a, b], into, rows) => {
  for (let t = 0; t < rows; t++) into[t] = over(a![t]! + 1, b![t]! + 1)
}

const fade =
  (limit: number): Compute =>
  ([a, b], into, rows) => {
    for (let t = 0; t < rows; t++) into[t] = over(a![t]!, over(b![t]!, limit) + 1)
  }

const rate =
  (limit: number): Compute =>
  ([a, b], into, rows) => {
    for (let t = 0; t < rows; t++) into[t] = over(a![t]!, b![t]! > limit ? limit : b![t]!)
  }

/** Formulas that the sweep knows; a derived feature with another one is joined from SQL. */
export const sweepFormulas: Readonly<Partial<Record<FormulaName, (limit: number) => Compute>>> = {
  ratio: () => ratio,
  difference: () => difference,
  product: () => product,
  share: () => share,
  decay: () => decay,
  fade,
  rate,
  below:
    (limit) =>
    ([a], into, rows) => {
      for (let t = 0; t < rows; t++) into[t] = Number.isNaN(a![t]!) ? Number.NaN : a![t]! < limit ? 1 : 0
    },
  slope: () => slope,
  countPositive: () => countPositive,
  sum: () => sum,
  largest: () => largest,
  concentration: () => concentration,
  shift: () => shift,
}

function slope(inputs: readonly Float64Array[], into: Float64Array, rows: number): void {
  const k = inputs.length
  const divisor = k * (k * k - 1)
  for (let t = 0; t < rows; t++) {
    let sum = -(k - 1) * inputs[0]![t]!
    for (let x = 1; x < k; x++) sum += (2 * x - (k - 1)) * inputs[x]![t]!
    into[t] = (sum * 6) / divisor
  }
}

function countPositive(inputs: readonly Float64Array[], into: Float64Array, rows: number): void {
  for (let t = 0; t < rows; t++) {
    let n = 0
    for (const input of inputs) n += Number.isNaN(input[t]!) ? Number.NaN : input[t]! > 0 ? 1 : 0
    into[t] = n
  }
}

function sum(inputs: readonly Float64Array[], into: Float64Array, rows: number): void {
  for (let t = 0; t < rows; t++) {
    let total = inputs[0]![t]!
    for (let j = 1; j < inputs.length; j++) total += inputs[j]![t]!
    into[t] = total
  }
}

/** Missing inputs are passed over. */
function largest([first, ...others]: readonly Float64Array[], into: Float64Array, rows: number): void {
  for (let t = 0; t < rows; t++) into[t] = first![t]!
  for (const other of others)
    for (let t = 0; t < rows; t++) {
      const value = other[t]!
      // True where `into` is NaN, too.
      if (!(value <= into[t]!) && value === value) into[t] = value
    }
}

function concentration(inputs: readonly Float64Array[], into: Float64Array, rows: number): void {
  for (let t = 0; t < rows; t++) {
    let total = 0
    let squares = 0
    for (const input of inputs) {
      total += input[t]!
      squares += input[t]! * input[t]!
    }
    into[t] = over(squares, total * total)
  }
}

function shift(inputs: readonly Float64Array[], into: Float64Array, rows: number): void {
  const half = inputs.length / 2
  for (let t = 0; t < rows; t++) {
    let a = 0
    let b = 0
    for (let j = 0; j < half; j++) {
      a += inputs[j]![t]!
      b += inputs[half + j]![t]!
    }
    let apart = 0
    for (let j = 0; j < half; j++) apart += Math.abs(inputs[j]![t]! * b - inputs[half + j]![t]! * a)
    into[t] = over(apart, 2 * a * b)
  }
}

export function computeOf(code: DerivedCode): Compute {
  const compute = sweepFormulas[code.formula]!(code.limit)
  if (code.whenEmpty === 'missing') return compute
  return (inputs, into, rows) => {
    compute(inputs, into, rows)
    for (let t = 0; t < rows; t++) if (Number.isNaN(into[t]!)) into[t] = 0
  }
}
