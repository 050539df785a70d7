import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { metricByName } from '../../evaluation/registry.ts'

interface Golden {
  versions: Record<string, string>
  cases: {
    name: string
    threshold: number
    y: number[]
    p: number[]
    weights: number[]
    expected: Record<string, number>
  }[]
}

const golden = JSON.parse(readFileSync(new URL('../golden/metrics.json', import.meta.url), 'utf8')) as Golden

describe.each(golden.cases)(`scikit-learn ${golden.versions['scikit-learn']} on $name`, (one) => {
  it.each(Object.entries(one.expected))('%s = %d', (name, expected) => {
    const evaluate = metricByName(name).prepare({
      y: Uint8Array.from(one.y),
      p: Float64Array.from(one.p),
      users: Uint32Array.from(one.y, (_, i) => i),
      threshold: one.threshold,
    })
    const isUnweighted = one.weights.every((weight) => weight === 1)
    const isFit = name.startsWith('calibration')
    const actual = isUnweighted ? evaluate() : evaluate(Float32Array.from(one.weights))
    expect(Math.abs(actual - expected)).toBeLessThan(isFit ? (isUnweighted ? 1e-6 : 1e-4) : 1e-12)
  })
})
