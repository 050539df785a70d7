import { describe, expect, it } from 'vitest'
import { diffRuns, flatten } from '../../tracking/diff.ts'
import { findRun } from '../../tracking/read.ts'
import { finishedRun, temporaryFolder } from './open-test-run.ts'

describe('diffRuns', () => {
  it('names params, config paths, metrics with difference, inputs and versions that differ', async () => {
    const runsDir = temporaryFolder()
    const a = await finishedRun(runsDir, 1, {
      'params.json': { 'gbdt.trees': 100, 'gbdt.rate': 0.1 },
      'config.resolved.json': { churn: { horizonDays: 30 }, use: ['a', 'b'], empty: {} },
      'metrics.json': { 'test.gbdt.auc': 0.75, 'test.gbdt.ece': 0.5, winner: 'gbdt' },
      'inputs.json': [{ source: 'app', uri: 'a.csv', sha256: 'x' }],
    })
    const b = await finishedRun(runsDir, 2, {
      'params.json': { 'gbdt.trees': 200, 'gbdt.rate': 0.1, 'gbdt.leaves': 31 },
      'config.resolved.json': { churn: { horizonDays: 60 }, use: ['a', 'c'], empty: {} },
      'metrics.json': { 'test.gbdt.auc': 1, 'test.gbdt.ece': 0.5, winner: 'mlp' },
      'inputs.json': [
        { source: 'app', uri: 'a.csv', sha256: 'y' },
        { source: 'web', uri: 'b.csv', sha256: 'z' },
      ],
    })
    await a.finish({ status: 'FAILED', exitCode: 1 })
    const [first, second] = [await findRun(runsDir, a.id), await findRun(runsDir, b.id)]
    const changed = { ...second, record: { ...second.record, seed: 7, git: null } }
    const found = await diffRuns(first, changed)
    expect([found.a, found.b]).toEqual([a.id, b.id])
    expect(found.params).toEqual([
      { key: 'gbdt.leaves', a: undefined, b: 31 },
      { key: 'gbdt.trees', a: 100, b: 200 },
    ])
    expect(found.config).toEqual([
      { key: 'churn.horizonDays', a: 30, b: 60 },
      { key: 'use.1', a: 'b', b: 'c' },
    ])
    expect(found.metrics).toEqual([
      { key: 'test.gbdt.auc', a: 0.75, b: 1, difference: 0.25 },
      { key: 'test.gbdt.ece', a: 0.5, b: 0.5, difference: 0 },
      { key: 'winner', a: 'gbdt', b: 'mlp', difference: null },
    ])
    expect(found.inputs).toEqual([
      { key: 'app: a.csv', a: 'x', b: 'y' },
      { key: 'web: b.csv', a: undefined, b: 'z' },
    ])
    expect(found.versions).toEqual([
      { key: 'git', a: 'a'.repeat(40), b: null },
      { key: 'seed', a: 20261116, b: 7 },
    ])
  })

  it('a run and itself, and runs without files, differ in nothing', async () => {
    const runsDir = temporaryFolder()
    const a = await finishedRun(runsDir, 1)
    const entry = await findRun(runsDir, a.id)
    const nothing = { params: [], config: [], metrics: [], inputs: [], versions: [] }
    expect(await diffRuns(entry, entry)).toEqual({ a: a.id, b: a.id, ...nothing })
  })

  it('flatten gives dotted paths to leaves; empty lists and maps are leaves', () => {
    const flat = flatten({ a: { b: 1, c: [] }, d: null, e: [{ f: 'x' }] })
    expect(Object.fromEntries(flat)).toEqual({ 'a.b': 1, 'a.c': [], d: null, 'e.0.f': 'x' })
    expect(flatten(undefined).size).toBe(0)
  })
})
