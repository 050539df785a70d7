import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { parseDay } from '../../core/day.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import { loadScored } from '../../pipelines/stages/publish.ts'
import type { ScoredUsers } from '../../pipelines/stages/score.ts'

const rows = 23
const numbers = <T>(make: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => make(row))

/** 23 users with every column, two reasons of three that there could be. */
const scored: ScoredUsers = {
  asOf: parseDay('2025-10-28'),
  rows,
  examples: {
    dataset: {
      names: ['a', 'b'],
      columns: [
        { kind: 'number', values: Float32Array.from(numbers((row) => row / 2)) },
        { kind: 'number', values: Float32Array.from(numbers(() => Number.NaN)) },
      ],
      rowCount: rows,
      users: Uint32Array.from(numbers((row) => 100 + row)),
      cutoffs: new Uint16Array(rows),
    },
    lifecycle: { codes: Uint16Array.from(numbers((row) => row % 2)), levels: ['new', 'active'] },
    channel: { codes: new Uint16Array(rows), levels: ['app'] },
    recentValue: new Float32Array(rows),
  },
  userIds: numbers(String),
  output: {
    raw: Float64Array.from(numbers((row) => row / 50)),
    probability: Float64Array.from(numbers((row) => row / 40)),
    reasons: {
      names: ['a', 'b'],
      features: Uint16Array.from(numbers((row) => [row % 2, 1 - (row % 2)]).flat()),
      contributions: Float64Array.from(numbers((row) => [row + 0.5, row + 0.25]).flat()),
    },
  } as never,
  probability: Float64Array.from(numbers((row) => row / 40)),
  ranking: {
    percentile: Float64Array.from(numbers((row) => row)),
    decile: Uint8Array.from(numbers((row) => 1 + (row % 10))),
    rank: Uint32Array.from(numbers((row) => 1 + row)),
    tier: numbers((row) => (row < 3 ? 'high' : 'low')),
  } as never,
  valueAtRisk: Float64Array.from(numbers((row) => 3 * row)),
  holdout: Uint8Array.from(numbers((row) => row % 3)).map((third) => Number(third === 0)),
}

test('scores go to the engine 5 rows at a time as they do in one piece: every column, every row', async () => {
  const engine = await openDuckDb({ threads: 1, memoryBytes: 2e8, tempDirectory: tmpdir() })
  const { signal } = new AbortController()
  await loadScored({ engine, signal }, 'whole', { scored, features: [] })
  await loadScored({ engine, signal }, 'sliced', { scored, features: [], sliceRows: 5 })
  const [whole, sliced] = [
    await engine.rows('SELECT * FROM whole ORDER BY user_index'),
    await engine.rows('SELECT * FROM sliced ORDER BY user_index'),
  ]
  expect(whole).toHaveLength(23)
  expect(whole[7]).toMatchObject({ user_index: 107, reason_1: 'b: none', reason_2: 'a: 3.5', reason_3: null })
  expect(sliced).toEqual(whole)
  await engine.close()
})
