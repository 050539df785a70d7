import { expect, test } from 'vitest'
import { missingCode } from '../../core/dataset.ts'
import { splitPlan } from '../../features/sweep/plan-sweep.ts'
import { assembleColumns } from '../../features/sweep/swept-columns.ts'
import { ownFeatures } from './own-features.ts'
import { catalogContext, testPlan } from './world.ts'

test('codes 1, missing, 3, 1 of four levels become 0, missing, 1, 0 of two, in a column of its own: the swept one may be on its way to the kept rows', () => {
  const features = ownFeatures().filter(({ name }) => name === 'first_kind')
  const plan = testPlan(catalogContext(), { features, supporting: [], context: [], hasBuiltInContext: false })
  const program = { outputs: [{ name: 'first_kind', slot: 0, kind: 'category' }] } as const
  const assemble = (codes: Uint16Array) =>
    assembleColumns({
      plan,
      split: splitPlan(plan),
      program,
      columns: [codes],
      joined: new Map(),
      rowCount: codes.length,
    }).features.columns
  const codes = Uint16Array.of(1, missingCode, 3, 1)
  const own = Uint16Array.of(0, missingCode, 1, 0)
  expect(assemble(codes)).toEqual([{ kind: 'category', codes: own, levels: ['b', 'd'] }])
  expect(codes).toEqual(Uint16Array.of(1, missingCode, 3, 1))
  expect(assemble(own)).toEqual([{ kind: 'category', codes: own, levels: ['a', 'b'] }])
})
