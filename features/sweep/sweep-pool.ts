import { Worker } from 'node:worker_threads'
import { EbbError } from '../../core/errors.ts'
import { locate } from '../../core/locate.ts'
import type { SweepSetup, SweepTask } from './tasks.ts'
import type { SweepMessage, SweepReply } from './worker.ts'

/** The worker threads of one sweep. They start at once, so that they are there when the events are. */
export class SweepPool {
  private readonly workers: readonly Worker[]

  constructor(threads: number) {
    this.workers = Array.from({ length: threads }, () => {
      const worker = new Worker(locate('features/sweep/worker.js'))
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

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()))
  }

  private async everyone(message: SweepMessage): Promise<void> {
    await Promise.all(this.workers.map((worker) => ask(worker, message)))
  }
}

function ask(worker: Worker, message: SweepMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null): void => {
      worker.off('message', onReply)
      worker.off('error', onError)
      worker.off('exit', onExit)
      if (error === null) resolve()
      else reject(error)
    }
    const onReply = ({ failure }: SweepReply): void =>
      settle(failure === null ? null : workerFault(failure.message, failure.stack))
    const onError = (error: Error): void => settle(workerFault(error.message, error.stack ?? ''))
    const onExit = (): void => settle(workerFault('it ended', ''))
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
