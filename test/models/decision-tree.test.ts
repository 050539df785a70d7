import { describe, expect, it } from 'vitest'
import { parseCondition } from '../../core/condition.ts'
import { evaluateCondition } from '../../core/evaluate-condition.ts'
import { decisionTree } from '../../models/tree/decision-tree.ts'
import { suiteRows } from './suite-data.ts'
import { fitOf, table } from './tree-tables.ts'

const repeated = <T>(count: number, values: readonly T[]): T[] => Array.from({ length: count }, () => values).flat()
const settings = (more: object = {}) => decisionTree.parameters.parse(more)

describe('a single tree', () => {
  it('prints as rules, the highest churn rate first; rates of 30 rows are bounded by 31/32', async () => {
    const plain = table({
      days: repeated(10, [1, 2, 3, 4, 40, 50, 60, null]),
      plan: repeated(10, ['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b']),
    })
    const labels = repeated(10, [0, 0, 0, 0, 1, 1, 1, 0])
    const model = await decisionTree.fit(settings({ minRowsPerLeaf: 5 }), fitOf(plain, labels))
    expect(model.describe().rules).toEqual([
      { when: 'days > 22', rate: expect.closeTo(31 / 32, 12), rows: 30 },
      { when: '(days <= 22 or days is null)', rate: expect.closeTo(1 / 52, 12), rows: 50 },
    ])
  })

  it('bounds of one feature on a path are one condition; categories are listed on the side without missing values', async () => {
    const plain = table({
      days: repeated(20, [1, 5, 9, 1, 5, 9]),
      city: repeated(20, ['x', 'x', 'x', "o'b", "o'b", null]),
    })
    const labels = repeated(20, [0, 1, 0, 0, 0, 0])
    const model = await decisionTree.fit(settings({ minRowsPerLeaf: 5 }), fitOf(plain, labels))
    expect(model.describe().rules!.map(({ when }) => when)).toEqual([
      "city in ('x') and (days > 3 and days <= 7 or days is null)",
      "city in ('x') and days <= 3",
      "city in ('x') and days > 7",
      "(city not in ('x') or city is null)",
    ])
  })

  it('every row passes exactly one rule, and is predicted its rate; also with gaps and unknown levels', async () => {
    const { x, y } = suiteRows(600)
    const model = await decisionTree.fit(settings({ minRowsPerLeaf: 15, maxLeaves: 12, maxDepth: 6 }), fitOf(x, y))
    const { rules } = model.describe()
    expect(rules!.length).toBeGreaterThan(6)
    const known = Object.fromEntries(x.names.map((name) => [name, 'any' as const]))
    const conditions = rules!.map(({ when }) => parseCondition(when, { known, where: 'test' }))
    const fresh = suiteRows(300, 9).x
    const strange = fresh.columns.map((column) =>
      column.kind === 'number' ? column : { ...column, levels: ['basic', 'never seen', 'gold'] },
    )
    const rows = { ...fresh, columns: strange }
    const p = await model.predict(rows)
    for (let i = 0; i < rows.rowCount; i++) {
      const get = (name: string): number | string | null => {
        const column = rows.columns[rows.names.indexOf(name)]!
        return column.kind === 'number' ? column.values[i]! : (column.levels[column.codes[i]!] ?? null)
      }
      const holding = conditions.flatMap((condition, k) => (evaluateCondition(condition, get) === true ? [k] : []))
      expect(holding).toHaveLength(1)
      expect(rules![holding[0]!]!.rate).toBeCloseTo(p[i]!, 12)
    }
  })

  it('maxLeaves 2 is one cut, maxDepth 1 too; nothing to cut: one rule, always', async () => {
    const { x, y } = suiteRows(600)
    for (const few of [{ maxLeaves: 2 }, { maxDepth: 1 }]) {
      const model = await decisionTree.fit(settings({ minRowsPerLeaf: 15, ...few }), fitOf(x, y))
      expect(model.describe().rules).toHaveLength(2)
    }
    const model = await decisionTree.fit(settings({ minRowsPerLeaf: 301 }), fitOf(x, y))
    expect(model.describe().rules!.map(({ when, rows }) => [when, rows])).toEqual([['always', 600]])
  })
})
