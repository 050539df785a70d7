import { Worker } from 'node:worker_threads'
import { EbbError } from '../../core/errors.ts'
import { locate } from '../../core/locate.ts'
import type { GroupEncoder } from '../../engines/write-parquet.ts'
import type { SweepSetup, SweepTask } from './tasks.ts'
import { sweepModule } from './kernels/sweep-kernels.ts'
import type { SweepMessage, SweepReply, SweepWorkerData } from './worker.ts'

/** The worker threads of one sweep. They start at once, so that they are there when the events are. */
export class SweepPool {
  private readonly workers: readonly Worker[]

  constructor(threads: number) {
    const workerData: SweepWorkerData = { module: sweepModule() }
    this.workers = Array.from({ length: threads }, () => {
      const worker = new Worker(locate('features/sweep/worker.js'), { workerData })
      // A failure before the first message; later ones are heard by `ask`.
      worker.on('error', () => undefined)
      return worker
    })
  }

  setUp(setup: SweepSetup): Promise<void> {
    return this.everyone({ setup })
  }

  /** The same task for all; they share its buckets. */
  run(task: SweepTask): Promise<void> {
    return this.everyone({ task })
  }

  /** Encodes groups of rows, each thread its share of the columns; not while a task runs. */
  encoder(): GroupEncoder {
    const { workers } = this
    const last: Promise<unknown>[] = workers.map(() => Promise.resolve())
    return {
      // While one group is put together, the threads are at the next.
      atOnce: 2,
      encode: async (columns, rows) => {
        const shares = workers.map((worker, w) => {
          const share = columns.filter((_, j) => j % workers.length === w)
          const asked = last[w]!.then(() => ask(worker, { columns: share, rows }))
          last[w] = asked.catch(() => undefined)
          return asked
        })
        const done = await Promise.all(shares)
        return columns.map((_, j) => done[j % workers.length]!.encoded![Math.floor(j / workers.length)]!)
      },
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()))
  }

  private async everyone(message: SweepMessage): Promise<void> {
    await Promise.all(this.workers.map((worker) => ask(worker, message)))
  }
}

type Done = Extract<SweepReply, { readonly failure: null }>

function ask(worker: Worker, message: SweepMessage): Promise<Done> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      worker.off('message', onReply)
      worker.off('error', onError)
      worker.off('exit', onExit)
    }
    const fail = (message: string, stack: string): void => {
      leave()
      reject(workerFault(message, stack))
    }
    const onReply = (reply: SweepReply): void => {
      if (reply.failure !== null) return fail(reply.failure.message, reply.failure.stack)
      leave()
      resolve(reply)
    }
    const onError = (error: Error): void => fail(error.message, error.stack ?? '')
    const onExit = (): void => fail('it ended', '')
    worker.on('message', onReply)
    worker.on('error', onError)
    worker.on('exit', onExit)
    worker.postMessage(message)
  })
}

function workerFault(what: string, stack: string): EbbError {
  const cause = Object.assign(new Error(what), { stack })
  return new EbbError({
    code: 'COMPUTE_WORKER_DIED',
    kind: 'stage',
    where: 'features',
    what: `the sweep stopped: ${what}`,
    cause,
  })
}
