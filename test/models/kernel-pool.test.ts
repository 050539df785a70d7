import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../core/random.ts'
import { controlWords, word } from '../../models/kernels/kernel-control.ts'
import { createKernelPool, type KernelChoice, type KernelPool } from '../../models/kernels/kernel-pool.ts'
import { keepThreadsReady, takeThread } from '../../models/kernels/ready-threads.ts'
import { MemoryPlan } from '../../models/kernels/memory-plan.ts'
import { trainingKernels } from '../../models/kernels/training.ts'

const features = 40
const rows = 700

/** Bounds of 40 features by the kernel `fitBounds`: float32 of different shapes, some missing. */
function boundsBy({ kernels, threads, maxBins }: { kernels: KernelChoice; threads: number; maxBins: number }) {
  const plan = new MemoryPlan({ where: 'test', what: '40 features' })
  const values = plan.reserve(4 * features * rows)
  const room = plan.reserve(4 * features * (rows + 3 * 2048))
  const bounds = plan.reserve(1024 * features)
  const found = plan.reserve(4 * features)
  const pool = createKernelPool(trainingKernels, { pages: plan.pages, threads, kernels })
  try {
    fill(pool, values)
    pool.run('fitBounds', [values, rows, room, maxBins, bounds, found], features)
    const { f32, i32 } = pool.memory
    return {
      bounds: f32.slice(bounds / 4, bounds / 4 + 256 * features),
      found: i32.slice(found / 4, found / 4 + features),
    }
  } finally {
    pool.close()
  }
}

function fill({ memory }: KernelPool, values: number): void {
  const random = createRandom(5)
  const odd = [0, -0, Infinity, -Infinity, 1e-45, 3e38]
  for (let f = 0; f < features; f++) {
    for (let i = 0; i < rows; i++) {
      const shapes = [random.normal(), random.integer(9) - 4, Math.exp(9 * random.normal()), odd[random.integer(6)]!]
      const isMissing = f === 7 || random.next() < 0.1
      memory.f32[values / 4 + f * rows + i] = isMissing ? Number.NaN : shapes[f % 4]!
    }
  }
}

describe('kernel pool', () => {
  test.each([5, 64, 254])(
    'bounds of at most %i bins: the same bits by wasm, by its twin, with 1, 2 and 3 threads',
    (maxBins) => {
      const plain = boundsBy({ kernels: 'ts', threads: 2, maxBins })
      expect(plain.found[7]).toBe(-1)
      expect(Math.max(...plain.found)).toBeLessThan(maxBins)
      for (const threads of [1, 2, 3]) expect(boundsBy({ kernels: 'wasm', threads, maxBins })).toEqual(plain)
    },
  )

  test('five pools after each other, whose threads may come late or never, give the same bits', () => {
    const once = boundsBy({ kernels: 'wasm', threads: 1, maxBins: 30 })
    for (let call = 0; call < 5; call++) expect(boundsBy({ kernels: 'auto', threads: 2, maxBins: 30 })).toEqual(once)
  })

  test('threads that are kept ready work for pools to come, with the same bits, and end with them or when none is wanted', async () => {
    const once = boundsBy({ kernels: 'wasm', threads: 1, maxBins: 30 })
    keepThreadsReady(2)
    for (let call = 0; call < 3; call++) expect(boundsBy({ kernels: 'wasm', threads: 2, maxBins: 30 })).toEqual(once)
    const thread = takeThread()!
    const pool = createKernelPool(trainingKernels, { pages: 2, threads: 2, kernels: 'wasm' })
    const words = controlWords(pool.memory.buffer)
    await expect.poll(() => Atomics.load(words, word.sleepers), { timeout: 30_000 }).toBe(1)
    expect(thread.hasEnded()).toBe(false)
    keepThreadsReady(0)
    pool.close()
    thread.dismiss()
    await expect.poll(() => thread.hasEnded(), { timeout: 30_000 }).toBe(true)
    await expect.poll(() => Atomics.load(words, word.sleepers), { timeout: 30_000 }).toBe(0)
  })

  test.each([1, 2])('a kernel that traps is an error of kind stage with %i threads, not a wait', (threads) => {
    const pool = createKernelPool(trainingKernels, { pages: 2, threads, kernels: 'wasm' })
    const outside = [2 ** 31, rows, 2 ** 31, 30, 2 ** 31, 2 ** 31]
    const call = (): void => pool.run('fitBounds', outside, features)
    expect(call).toThrow(expect.objectContaining({ kind: 'stage', code: 'KERNEL_FAILED' }))
    expect(call).toThrow(/^kernel fitBounds: failed/)
    pool.close()
  })

  test.each([
    ['process.exit', 0],
    ['an error', 1],
    ['a full heap', 2],
  ])('a thread that ends in the middle of its chunk by %s is noticed, not waited for', (_, ending) => {
    const threadFile = fileURLToPath(new URL('./dying-thread.mjs', import.meta.url))
    const pool = createKernelPool(trainingKernels, { pages: 8, threads: 2, kernels: 'wasm', threadFile })
    const call = (): void => pool.run('fitBounds', [131_072, 0, 131_072, 30, 131_072, 131_072, ending], 8)
    let began = performance.now()
    const untilTheThreadIsThere = (): void => {
      for (const end = began + 30_000; performance.now() < end; began = performance.now()) call()
    }
    expect(untilTheThreadIsThere).toThrow(/^kernel fitBounds: thread 1 ended in the middle of chunk \d/)
    expect(performance.now() - began).toBeLessThan(20_000)
    pool.close()
  })

  test.each([
    ['wasm', 1],
    ['wasm', 2],
    ['ts', 1],
  ] as const)(
    '%s, %i threads: of 40 chunks none is begun after the signal is seen at the third look, or at the first where another thread may be quicker',
    (kernels, threads) => {
      let looks = threads === 1 ? 0 : 2
      const signal = {
        get aborted() {
          return ++looks >= 3
        },
      }
      const stop = { signal, where: 'fit test' }
      const pool = createKernelPool(trainingKernels, { pages: 64, threads, kernels, stop })
      const [values, room, bounds, found] = [65_536, 131_072, 1_048_576, 2_097_152]
      pool.memory.i32.fill(7, found / 4, found / 4 + features)
      expect(() => pool.run('fitBounds', [values, 4, room, 9, bounds, found], features)).toThrow(
        expect.objectContaining({ kind: 'interrupted', message: 'fit test: stopped on request' }),
      )
      expect(
        pool.memory.i32.subarray(found / 4, found / 4 + features).filter((count) => count === 7).length,
      ).toBeGreaterThan(0)
      expect(() => pool.run('fitBounds', [values, 4, room, 9, bounds, found], features)).toThrow('stopped on request')
      pool.close()
    },
  )

  test('an unknown kernel is named', () => {
    const pool = createKernelPool(trainingKernels, { pages: 2, threads: 1, kernels: 'wasm' })
    expect(() => pool.run('nothing', [], 1)).toThrow('no kernel named "nothing"')
    pool.close()
  })

  test('a plan beyond 4 GiB says the limit; one below it keeps addresses apart and whole', () => {
    const plan = new MemoryPlan({ where: 'fit gbdt', what: '90,000,000 rows x 40 features' })
    const first = plan.reserve(3 * 2 ** 30)
    const second = plan.reserve(1)
    expect([first % 64, second - first]).toEqual([0, 3 * 2 ** 30])
    expect(plan.pages).toBe(3 * 2 ** 14 + 2)
    expect(() => plan.reserve(2 ** 30)).toThrow(
      'fit gbdt: 90,000,000 rows x 40 features do not fit into the memory of the kernels, expected at most 4.00 GiB, got more than 4.00 GiB',
    )
  })
})
