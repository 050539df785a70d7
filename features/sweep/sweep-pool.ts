import { Worker } from 'node:worker_threads'
import { EbbError } from '../../core/errors.ts'
import { locate } from '../../core/locate.ts'
import { parquetModule } from '../../engines/parquet-encoder.ts'
import type { PieceEncoder } from '../../engines/write-parquet.ts'
import type { NameUsersTask, RestoreTask } from '../refresh/restore-task.ts'
import type { SweepSetup, SweepTask } from './tasks.ts'
import { sweepModule } from './kernels/sweep-kernels.ts'
import type { SweepMessage, SweepQuestion, SweepReply, SweepWorkerData, SweepFailure } from './worker.ts'

/** Rooms for encoded pieces of each thread: enough for those that wait for their turn to be written. */
const places = 4

/** The worker threads of one sweep. They start at once, so that they are there when the events are. */
export class SweepPool {
  private readonly workers: readonly PoolWorker[]

  constructor(threads: number) {
    const workerData: SweepWorkerData = { module: sweepModule() }
    this.workers = Array.from({ length: threads }, () => {
      const worker = new Worker(locate('features/sweep/worker.cjs'), { workerData })
      const one: PoolWorker = { worker, failure: null }
      worker.on('error', (error) => (one.failure = failureOf(error)))
      worker.on('exit', () => (one.failure ??= ended))
      return one
    })
  }

  setUp(setup: SweepSetup): Promise<void> {
    return this.everyone({ setup })
  }

  /** The same task for all, after those before it; they share its buckets. */
  run(task: SweepTask | RestoreTask | NameUsersTask): Promise<void> {
    return this.everyone({ task })
  }

  /** Encodes Parquet, each piece on the thread that has least to do; not while a task runs. */
  encoder(): PieceEncoder {
    const { workers } = this
    const module = parquetModule()
    for (const { worker } of workers)
      worker.postMessage({ id: 0, message: { parquet: module } } satisfies SweepQuestion)
    const rooms = Array.from({ length: places }, (_, place) => place)
    const threads = workers.map((worker) => ({ worker, free: [...rooms], asked: 0 }))
    return {
      atOnce: (places - 1) * workers.length,
      encode: async (columns, rows) => {
        const able = threads.filter(({ free }) => free.length > 0)
        const thread = able.reduce((best, one) => (one.asked < best.asked ? one : best))
        const place = thread.free.shift()!
        thread.asked++
        const { piece } = await ask(thread.worker, { columns, rows, place })
        thread.asked--
        return { ...piece!, release: () => void thread.free.push(place) }
      },
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map(({ worker }) => worker.terminate()))
  }

  private async everyone(message: SweepMessage): Promise<void> {
    await Promise.all(this.workers.map((worker) => ask(worker, message)))
  }
}

interface PoolWorker {
  readonly worker: Worker
  /** Why it does not answer any more; null: it does. */
  failure: SweepFailure | null
}

const ended: SweepFailure = { message: 'it ended', stack: '', details: null }
const failureOf = ({ message, stack = '' }: Error): SweepFailure => ({ message, stack, details: null })

type Done = Extract<SweepReply, { readonly failure: null }>

let asked = 0

/** Several questions may be open; a thread answers them in their order. One that has ended, also before it was asked, is a failure. */
function ask({ worker, failure: earlier }: PoolWorker, message: SweepMessage): Promise<Done> {
  const id = ++asked
  return new Promise((resolve, reject) => {
    if (earlier !== null) return reject(workerFault(earlier))
    const leave = (): void => {
      worker.off('message', onReply)
      worker.off('error', onError)
      worker.off('exit', onExit)
    }
    const fail = (failure: SweepFailure): void => {
      leave()
      reject(failure.details === null ? workerFault(failure) : new EbbError(failure.details))
    }
    const onReply = (reply: SweepReply): void => {
      if (reply.id !== id) return
      if (reply.failure !== null) return fail(reply.failure)
      leave()
      resolve(reply)
    }
    const onError = (error: Error): void => fail(failureOf(error))
    const onExit = (): void => fail(ended)
    worker.on('message', onReply)
    worker.on('error', onError)
    worker.on('exit', onExit)
    worker.postMessage({ id, message } satisfies SweepQuestion)
  })
}

function workerFault({ message, stack }: SweepFailure): EbbError {
  const cause = Object.assign(new Error(message), { stack })
  return new EbbError({
    code: 'COMPUTE_WORKER_DIED',
    kind: 'stage',
    where: 'features',
    what: `the sweep stopped: ${message}`,
    cause,
  })
}
