import { describe, expect, it } from 'vitest'
import { simulatedMatrix } from '../support/simulated-matrix.ts'

const numbers = (matrix: ReturnType<typeof simulatedMatrix>, j: number): Float32Array => {
  const column = matrix.x.columns[j]!
  if (column.kind !== 'number') throw new TypeError('number column expected')
  return column.values
}

describe('simulated matrix', () => {
  const matrix = simulatedMatrix({ rows: 20_000, columns: 40, seed: 1 })

  it('has 40 columns with 4.5 to 5.5 % of the values missing', () => {
    expect(matrix.x.names).toHaveLength(40)
    for (let j = 0; j < 40; j++) {
      const missing = numbers(matrix, j).filter(Number.isNaN).length / 20_000
      expect(missing).toBeGreaterThan(0.045)
      expect(missing).toBeLessThan(0.055)
    }
  })

  it('draws labels from the truth: base rate between .1 and .3 and within 4 standard errors of the mean truth', () => {
    const churned = matrix.y.reduce((sum, label) => sum + label, 0)
    const expected = matrix.truth.reduce((sum, p) => sum + p, 0)
    const variance = matrix.truth.reduce((sum, p) => sum + p * (1 - p), 0)
    expect(Math.abs(churned - expected)).toBeLessThan(4 * Math.sqrt(variance))
    expect(churned / 20_000).toBeGreaterThan(0.1)
    expect(churned / 20_000).toBeLessThan(0.3)
  })

  it('with fewer rows is a prefix of the longer table, and another seed is another table', () => {
    const short = simulatedMatrix({ rows: 100, columns: 40, seed: 1 })
    for (let j = 0; j < 40; j++) expect(numbers(short, j)).toEqual(numbers(matrix, j).slice(0, 100))
    expect(short.y).toEqual(matrix.y.slice(0, 100))
    expect(simulatedMatrix({ rows: 100, columns: 40, seed: 2 }).y).not.toEqual(short.y)
  })
})
