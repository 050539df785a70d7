import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { EbbError } from '../../core/errors.ts'
import { modelSchema } from '../../models/parameters.ts'
import { estimatorNamed, estimators, loadModel } from '../../models/registry.ts'
import { estimatorSuite, type SuiteCase } from './estimator-suite.ts'

const recency = ['days_since_purchase']
const cases: Readonly<Record<string, SuiteCase>> = {
  base_rate: { parameters: {}, needs: [], doubled: 1e-12, polls: 1, learns: false },
  rule: { parameters: { when: 'days_since_purchase > 40' }, needs: recency, doubled: 1e-12, polls: 1, learns: true },
  recency_rule: { parameters: {}, needs: recency, doubled: 1e-12, polls: 1, learns: true },
  recency_logistic: { parameters: {}, needs: recency, doubled: 1e-9, polls: 4, learns: true },
  logistic: { parameters: { l1Ratio: 0.5, pathLength: 8 }, needs: [], doubled: 1e-6, polls: 20, learns: true },
  tree: { parameters: { minRowsPerLeaf: 20 }, needs: [], doubled: null, polls: 2, learns: true },
  mlp: { parameters: { hidden: [8], epochs: 20, batchRows: 64 }, needs: [], doubled: null, polls: 20, learns: true },
  gbdt: { parameters: { trees: 30, earlyStopping: 5 }, needs: [], doubled: null, polls: 3, learns: true },
  forest: { parameters: { trees: 20 }, needs: [], doubled: null, polls: 3, learns: true },
  extra_trees: { parameters: { trees: 20 }, needs: [], doubled: null, polls: 3, learns: true },
}

for (const estimator of estimators.values()) estimatorSuite(estimator, cases[estimator.name]!)

describe('registry of estimators', () => {
  it('every estimator has a case in the suite', () => {
    expect([...estimators.keys()].sort()).toEqual(Object.keys(cases).sort())
  })

  it('ranks: base rate 0, rules 1, recency-only logistic 2, logistic 3, tree 4, gbdt 5, forests 6, mlp 7', () => {
    const ranks = Object.fromEntries([...estimators.values()].map(({ name, complexity }) => [name, complexity]))
    expect(ranks).toEqual({
      base_rate: 0,
      rule: 1,
      recency_rule: 1,
      recency_logistic: 2,
      logistic: 3,
      tree: 4,
      gbdt: 5,
      forest: 6,
      extra_trees: 6,
      mlp: 7,
    })
  })

  it('the config schema knows exactly the registered kinds and models of other programs, with a text for every parameter', () => {
    const schema = z.toJSONSchema(modelSchema, { target: 'draft-07', io: 'input' }) as unknown as {
      oneOf: { properties: Record<string, { const?: string; description?: string }>; required: string[] }[]
    }
    expect(schema.oneOf.map(({ properties }) => properties['kind']!.const).sort()).toEqual(
      [...estimators.keys(), 'imported'].sort(),
    )
    for (const { properties, required } of schema.oneOf) {
      for (const [name, property] of Object.entries(properties)) expect(property.description, name).toBeTruthy()
      expect(required.filter((name) => !['kind', 'when', 'file'].includes(name))).toEqual([])
    }
  })

  it('an unknown kind is a config fault that names the known ones', () => {
    expect(() => estimatorNamed('svm')).toThrow(/no such estimator, expected base_rate, .*, got svm/)
    expect(() => loadModel({ header: { estimator: 'svm' }, buffers: new Map() })).toThrow(EbbError)
  })

  it('a header that is none is a data fault', () => {
    expect(() => loadModel({ header: null, buffers: new Map() })).toThrow(/saved model: model header/)
    expect(() => loadModel({ header: { estimator: 'mlp' }, buffers: new Map() })).toThrow(/mlp header, preparation/)
  })
})
