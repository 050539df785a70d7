import { expect, test } from 'vitest'
import { shareThreads } from '../../pipelines/compute/share-threads.ts'

test('8 threads: one task has all, three have 2 each, ten have 1 each; memory is not divided', () => {
  const resources = { threads: 8, memoryBytes: 100 }
  expect([1, 3, 10, 0].map((busy) => shareThreads(resources, busy).threads)).toEqual([8, 2, 1, 8])
  expect(shareThreads(resources, 4).memoryBytes).toBe(100)
})
