import { Worker } from 'node:worker_threads'
import { EbbError } from '../../core/errors.ts'
import { locate } from '../../core/locate.ts'
import type { Surroundings } from '../../core/stage.ts'
import type { TaskReply, TaskRequest, WorkerSetup } from './messages.ts'
import { shareThreads } from './share-threads.ts'
import type { TaskInput, TaskName, TaskOutput } from './tasks.ts'

/** After the signal, how long tasks may take to their next safe point. */
const patienceMs = 100

interface Job {
  readonly request: TaskRequest
  readonly emit: Surroundings['emit']
  readonly resolve: (output: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * Long-lived compute workers. A task runs on one of them; which one, and in what order tasks end, changes no result:
 * every task gets its own generator and shares nothing that it writes. Tasks that run at once share the threads.
 */
export class ComputePool {
  private readonly cancelled = new Int32Array(new SharedArrayBuffer(4))
  private readonly idle: Worker[] = []
  private readonly running = new Map<Worker, Job>()
  private readonly waiting: Job[] = []
  private nextId = 1
  private readonly ending: Promise<unknown>[] = []
  private patience: NodeJS.Timeout | undefined
  private readonly onAbort = (): void => {
    Atomics.store(this.cancelled, 0, 1)
    for (const job of this.waiting.splice(0)) job.reject(interrupted(job.request.task))
    this.patience = setTimeout(() => this.endRunning(), patienceMs)
  }
  private readonly signal: AbortSignal

  /**
   * `size` workers; `signal` stops all tasks at their next safe point, or with their worker when that is far off. A task
   * that is alone may use `threads` threads: the worker that gets it first starts the others already now.
   */
  constructor(size: number, signal: AbortSignal, threads = 1) {
    this.signal = signal
    for (let i = 0; i < size; i++) this.idle.push(this.start(i === size - 1 ? threads - 1 : 0))
    if (signal.aborted) this.onAbort()
    else signal.addEventListener('abort', this.onAbort, { once: true })
  }

  run<N extends TaskName>(task: N, input: TaskInput<N>, surroundings: Surroundings): Promise<TaskOutput<N>> {
    const request: TaskRequest = {
      id: this.nextId++,
      task,
      input,
      randomPath: surroundings.random.path,
      nowMs: surroundings.now.getTime(),
      resources: surroundings.resources,
    }
    return new Promise<TaskOutput<N>>((resolve, reject) => {
      if (this.signal.aborted) return reject(interrupted(task))
      this.waiting.push({
        request,
        emit: surroundings.emit,
        resolve: (output) => resolve(output as TaskOutput<N>),
        reject,
      })
      // Tasks that are asked for together are dispatched together: they share the threads.
      queueMicrotask(() => this.dispatch())
    })
  }

  /** Ends the workers; tasks still under way are rejected. */
  async close(): Promise<void> {
    this.signal.removeEventListener('abort', this.onAbort)
    clearTimeout(this.patience)
    Atomics.store(this.cancelled, 0, 1)
    for (const job of [...this.running.values(), ...this.waiting.splice(0)]) job.reject(interrupted(job.request.task))
    await Promise.all([...this.ending, ...[...this.idle, ...this.running.keys()].map((worker) => worker.terminate())])
  }

  /** A task that has not seen the signal by now shares nothing that matters: files that others read are written whole or not at all. */
  private endRunning(): void {
    for (const [worker, job] of this.running) {
      this.ending.push(worker.terminate())
      job.reject(interrupted(job.request.task))
    }
    this.running.clear()
  }

  private start(readyThreads = 0): Worker {
    const setup: WorkerSetup = { cancelled: this.cancelled, readyThreads }
    const worker = new Worker(locate('pipelines/compute/worker.js'), { workerData: setup })
    worker.on('message', (reply: TaskReply) => this.receive(worker, reply))
    worker.on('error', (error) => this.fail(worker, error))
    return worker
  }

  private dispatch(): void {
    while (this.idle.length > 0 && this.waiting.length > 0) {
      const busy = this.running.size + Math.min(this.idle.length, this.waiting.length)
      const worker = this.idle.pop()!
      const job = this.waiting.shift()!
      this.running.set(worker, job)
      worker.postMessage({ ...job.request, resources: shareThreads(job.request.resources, busy) })
    }
  }

  private receive(worker: Worker, reply: TaskReply): void {
    const job = this.running.get(worker)
    if (job === undefined || job.request.id !== reply.id) return
    if (reply.kind === 'progress') return job.emit(reply.event)
    this.running.delete(worker)
    this.idle.push(worker)
    if (reply.kind === 'done') job.resolve(reply.output)
    else if (this.signal.aborted) job.reject(interrupted(job.request.task))
    else job.reject(revive(job.request.task, reply.fault))
    this.dispatch()
  }

  /** A worker that died (out of memory) takes its task with it; the next task gets a new worker. */
  private fail(worker: Worker, error: Error): void {
    const job = this.running.get(worker)
    this.running.delete(worker)
    const at = this.idle.indexOf(worker)
    if (at >= 0) this.idle.splice(at, 1)
    this.idle.push(this.start())
    job?.reject(
      new EbbError({
        code: 'COMPUTE_WORKER_DIED',
        kind: 'stage',
        where: job.request.task,
        what: `the compute worker stopped: ${error.message}`,
        cause: error,
      }),
    )
    this.dispatch()
  }
}

function revive(task: string, fault: Extract<TaskReply, { kind: 'failed' }>['fault']): Error {
  const cause = Object.assign(new Error(fault.message), { stack: fault.stack })
  if (fault.details !== null) return new EbbError({ ...fault.details, cause })
  return new EbbError({ code: 'STAGE_FAILED', kind: 'stage', where: task, what: fault.message, cause })
}

function interrupted(task: string): EbbError {
  return new EbbError({ code: 'INTERRUPTED', kind: 'interrupted', where: task, what: 'stopped before it was done' })
}
