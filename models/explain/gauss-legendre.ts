/** Nodes t in (0, 1), descending, and weights of a quadrature over [0, 1]. */
export interface Quadrature {
  readonly nodes: Float64Array
  readonly weights: Float64Array
}

/**
 * Gauss-Legendre quadrature over [0, 1] with `count` >= 1 nodes: exact for polynomials up to degree 2 count - 1. Roots of the
 * Legendre polynomial by Newton's method from Tricomi's estimate (Davis and Rabinowitz 1984, sec. 2.7).
 */
export function gaussLegendre(count: number): Quadrature {
  const nodes = new Float64Array(count)
  const weights = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    let z = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5))
    let slope = 1
    for (let step = Infinity, tries = 0; Math.abs(step) > 1e-16 && tries < 100; tries++) {
      const [value, before] = legendre(count, z)
      slope = (count * (z * value - before)) / (z * z - 1)
      step = value / slope
      z -= step
    }
    nodes[i] = (1 + z) / 2
    weights[i] = 1 / ((1 - z * z) * slope * slope)
  }
  return { nodes, weights }
}

/** P_n(z) and P_(n-1)(z) by Bonnet's recursion. */
function legendre(n: number, z: number): [number, number] {
  let value = 1
  let before = 0
  for (let k = 0; k < n; k++) {
    const next = ((2 * k + 1) * z * value - k * before) / (k + 1)
    before = value
    value = next
  }
  return [value, before]
}

/**
 * The quadrature that integrates the Shapley weights of a path of `features` different features exactly: sums over
 * subsets are integrals of a product of features - 1 linear factors in t.
 */
export function quadratureFor(features: number): Quadrature {
  return gaussLegendre(Math.max(1, Math.ceil(features / 2)))
}
