import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { type Dataset, sharedFloat32, sharedUint16, sharedUint32, sharedUint8 } from '../../core/dataset.ts'
import { locate } from '../../core/locate.ts'
import { createRandom } from '../../core/random.ts'
import { ComputePool } from '../../pipelines/compute/pool.ts'
import { testFile } from './processes.ts'

const rowCount = 1_000_000
const columnCount = 40
const threads = 2
/** The bar is 250 ms on a machine that does nothing else: `EBB_RESPONSE_MS=250` asks for it. A busy machine shall fail no test. */
const mostMs = Number(process.env['EBB_RESPONSE_MS'] ?? 1000)
const stopAfterMs = 2500

const table = makeTable()

/** Column 0 and a product of two others matter; 5 % are missing; two rows by user. */
function makeTable(): { x: Dataset; y: Uint8Array } {
  const random = createRandom('response')
  const columns = Array.from({ length: columnCount }, () => {
    const values = sharedFloat32(rowCount)
    for (let i = 0; i < rowCount; i++) {
      const drawn = random.next()
      values[i] = drawn < 0.05 ? Number.NaN : drawn - 0.5
    }
    return { kind: 'number' as const, values }
  })
  const at = (j: number, i: number): number => columns[j]!.values[i]! || 0
  const y = sharedUint8(rowCount)
  const users = sharedUint32(rowCount)
  for (let i = 0; i < rowCount; i++) {
    y[i] = random.next() < 1 / (1 + Math.exp(1 - 2 * at(0, i) - 8 * at(1, i) * at(2, i))) ? 1 : 0
    users[i] = i >> 1
  }
  const names = columns.map((_, j) => `c${String(j).padStart(2, '0')}`)
  return { x: { names, columns, rowCount, users, cutoffs: sharedUint16(rowCount) }, y }
}

interface Responses {
  readonly ended: string
  /** Longest time for which the work did not look at its signal, and where it looked again. */
  readonly longestMs: number
  readonly where: string
  /** From the signal to the end of the work; null = it had ended before. */
  readonly stopMs: number | null
  /** Longest time for which the main thread's event loop stood still. */
  readonly loopMs: number
}

/** Runs `work` in a worker and stops it after a while. */
async function responsesOf(work: string, kind: string, parameters: object): Promise<Responses> {
  const cancelled = new Int32Array(new SharedArrayBuffer(4))
  const dist = join(locate('cli/main.js'), '..', '..')
  const workerData = { dist, work, kind, parameters, table, threads, cancelled }
  const worker = new Worker(testFile('response-worker.mjs'), { workerData })
  let stoppedAt = 0
  const clock = startClock()
  const ended = await new Promise<Omit<Responses, 'stopMs' | 'loopMs'>>((resolve, reject) => {
    worker.on('error', reject)
    worker.on('message', (message) => {
      if (!message.hasBegun) return resolve(message)
      setTimeout(() => {
        stoppedAt = performance.now()
        Atomics.store(cancelled, 0, 1)
      }, stopAfterMs)
    })
  })
  const stopMs = stoppedAt === 0 ? null : performance.now() - stoppedAt
  const loopMs = clock.stop()
  await worker.terminate()
  return { ...ended, stopMs, loopMs }
}

/** `stop` tells the longest time in milliseconds between two turns of the event loop. */
function startClock(): { stop(): number } {
  let longest = 0
  let last = performance.now()
  const look = (): void => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }
  const timer = setInterval(look, 5)
  return {
    stop: () => {
      look()
      clearInterval(timer)
      return longest
    },
  }
}

describe('1,000,000 rows x 40 columns, 2 threads', () => {
  test.each<[string, string, object]>([
    ['fit', 'gbdt', { trees: 80 }],
    ['fit', 'forest', { trees: 8 }],
    ['fit', 'extra_trees', { trees: 8 }],
    ['fit', 'tree', {}],
    ['fit', 'logistic', {}],
    ['fit', 'mlp', { epochs: 3 }],
    ['predict', 'gbdt', { trees: 100, earlyStopping: 0 }],
    ['predict', 'mlp', { epochs: 1 }],
    ['predict', 'logistic', { strength: 0.01 }],
    ['explain', 'gbdt', { trees: 100, earlyStopping: 0 }],
  ])(
    `%s %s looks at its signal every ${mostMs} ms, stops within ${mostMs} ms, and leaves the main thread alone`,
    async (...task) => {
      const { ended, longestMs, where, stopMs, loopMs } = await responsesOf(...task)
      const told = { longestMs, stopMs, loopMs }
      process.stdout.write(`${task.slice(0, 2).join(' ')}: ${ended} ${JSON.stringify(told)}\n`)
      expect(ended).toBe(stopMs === null ? 'finished' : 'interrupted')
      expect([Math.round(longestMs), where]).toEqual([expect.toSatisfy((ms: number) => ms <= mostMs), where])
      expect(stopMs ?? 0).toBeLessThanOrEqual(mostMs)
      expect(loopMs).toBeLessThanOrEqual(mostMs)
    },
  )

  test(`a task of the compute pool is rejected within ${mostMs} ms of the signal, whatever it is at`, async () => {
    for (const stopAfter of [30, 150, 400, 900]) {
      const controller = new AbortController()
      const pool = new ComputePool(1, controller.signal)
      const rows = Uint32Array.from({ length: rowCount }, (_, i) => i)
      const recipe = { kind: 'forest', parameters: { trees: 8 }, features: table.x.names, fitted: [] }
      const task = { model: 'forest', recipe, dataset: table.x, labels: table.y, rows, scoreRows: rows }
      const clock = startClock()
      const fit = pool.run('fit', task, {
        random: createRandom('pool'),
        now: new Date(0),
        signal: controller.signal,
        emit: () => {},
        resources: { threads, memoryBytes: 4e9 },
      })
      let stoppedAt = 0
      setTimeout(() => {
        stoppedAt = performance.now()
        controller.abort()
      }, stopAfter)
      await expect(fit).rejects.toMatchObject({ kind: 'interrupted' })
      const stopMs = performance.now() - stoppedAt
      await pool.close()
      process.stdout.write(
        `pool, stopped after ${stopAfter} ms: ${stopMs.toFixed(0)} ms, closed after ${(performance.now() - stoppedAt).toFixed(0)} ms\n`,
      )
      expect(stopMs).toBeLessThanOrEqual(mostMs)
      expect(performance.now() - stoppedAt).toBeLessThanOrEqual(2 * mostMs)
      expect(clock.stop()).toBeLessThanOrEqual(mostMs)
    }
  })
})
