import { describe, expect, it } from 'vitest'
import { sliceRows } from '../../core/dataset.ts'
import { createRandom } from '../../core/random.ts'
import type { Explanation } from '../../models/estimator.ts'
import { contributionsOf } from '../../models/explanation.ts'
import { gbdt } from '../../models/gbdt/gbdt.ts'
import { strongestReasons } from '../../models/reasons.ts'
import { fitOn, suiteRows } from './suite-data.ts'

/** An explanation of rows written out by hand, `perBlock` rows at a time, always in the same array. */
function byHand(names: readonly string[], rows: readonly (readonly number[])[], perBlock: number): Explanation {
  return {
    bias: 0,
    names,
    rowCount: rows.length,
    async *blocks() {
      const values = new Float64Array(perBlock * names.length)
      for (let begin = 0; begin < rows.length; begin += perBlock) {
        const some = rows.slice(begin, begin + perBlock)
        values.set(some.flat())
        yield { begin, rowCount: some.length, values: values.subarray(0, some.length * names.length) }
      }
    },
  }
}

describe('strongest reasons', () => {
  it('names the two largest contributions above 0, the first of equal ones first; -1 and 0 where there is none', async () => {
    const rows = [
      [0.5, 2, -1, 0.5],
      [-1, -2, 0, 0.1],
      [1, 1, 1, 1],
    ]
    for (const perBlock of [1, 2, 3]) {
      const request = { count: 2, allowed: ['a', 'b', 'c', 'd', 'unknown'] }
      const { names, features, contributions } = await strongestReasons(
        byHand(['a', 'b', 'c', 'd'], rows, perBlock),
        request,
      )
      expect(names).toEqual(['a', 'b', 'c', 'd'])
      expect([...features]).toEqual([1, 0, 3, -1, 0, 1])
      expect([...contributions]).toEqual([2, 0.5, 0.1, 0, 1, 1])
    }
  })

  it('leaves out features that are not allowed, and gives nothing for 0 reasons', async () => {
    const explanation = byHand(['a', 'b'], [[3, 1]], 1)
    expect([...(await strongestReasons(explanation, { count: 1, allowed: ['b'] })).features]).toEqual([1])
    expect((await strongestReasons(explanation, { count: 0, allowed: ['b'] })).features).toHaveLength(0)
  })

  it('300 random rows of 9 features: the three are those of sorting each row', async () => {
    const random = createRandom(5)
    const names = Array.from({ length: 9 }, (_, j) => `f${j}`)
    const rows = Array.from({ length: 300 }, () => names.map(() => random.integer(7) - 3))
    const { features } = await strongestReasons(byHand(names, rows, 64), { count: 3, allowed: names })
    const sorted = rows.flatMap((row) => {
      const places = [...row.keys()].filter((j) => row[j]! > 0).sort((a, b) => row[b]! - row[a]! || a - b)
      return [0, 1, 2].map((k) => places[k] ?? -1)
    })
    expect([...features]).toEqual(sorted)
  })
})

describe('rows in parts', () => {
  const { x, y } = suiteRows(500)
  const model = gbdt.fit(gbdt.parameters.parse({ trees: 5, earlyStopping: 0 }), fitOn(x, y))
  const parts = [sliceRows(x, 0, 123), sliceRows(x, 123, 123), sliceRows(x, 123, 500)]

  it('predictions of parts, put together, are those of the whole; so are leaves and contributions', async () => {
    const p: number[] = []
    for (const part of parts) p.push(...(await (await model).predict(part)))
    expect(Float64Array.from(p)).toEqual(await (await model).predict(x))
    const leaves = await Promise.all(parts.map(async (part) => [...(await (await model).leaves!(part))]))
    expect(Uint32Array.from(leaves.flat())).toEqual(await (await model).leaves!(x))
    const { values, names } = await contributionsOf((await model).explain(x)!)
    const first = await contributionsOf((await model).explain(parts[0]!)!)
    expect(first.values).toEqual(values.slice(0, 123 * names.length))
  })

  it('contributions of parts of 4,000, 1,000 and 7 rows are bit for bit those of 5,007 rows, where they are told of them', async () => {
    const { x: many } = suiteRows(5007)
    const whole = await contributionsOf((await model).explain(many)!)
    const bounds = [0, 4000, 5000, 5007]
    for (let part = 0; part < 3; part++) {
      const rows = sliceRows(many, bounds[part]!, bounds[part + 1]!)
      const { values, names } = await contributionsOf((await model).explain(rows, { rowsInAll: 5007 })!)
      const width = names.length
      expect(values).toEqual(whole.values.slice(bounds[part]! * width, bounds[part + 1]! * width))
    }
  })
})
