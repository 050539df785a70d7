import { parentPort, workerData } from 'node:worker_threads'
import { EbbError } from '../../core/errors.ts'
import { createRandom } from '../../core/random.ts'
import { keepThreadsReady } from '../../models/keep-threads-ready.ts'
import type { TaskFault, TaskReply, TaskRequest, WorkerSetup } from './messages.ts'
import { sharedSignal } from './shared-signal.ts'
import { tasks, type TaskContext } from './tasks.ts'

/** The compute worker: takes one task at a time; all fit, predict, evaluate and explain work of a run happens here. */
const port = parentPort
if (port === null) throw new Error('pipelines/compute/worker.ts runs as a worker thread only')
const { cancelled, readyThreads } = workerData as WorkerSetup
const signal = sharedSignal(cancelled)
keepThreadsReady(readyThreads)

port.on('message', (request: TaskRequest) => {
  const post = (reply: TaskReply): void => port.postMessage(reply)
  run(request, post).then(
    (output) => post({ kind: 'done', id: request.id, output }),
    (error: unknown) => post({ kind: 'failed', id: request.id, fault: describeFault(error) }),
  )
})

async function run(request: TaskRequest, post: (reply: TaskReply) => void): Promise<unknown> {
  const task = tasks[request.task as keyof typeof tasks] as
    | ((input: unknown, context: TaskContext) => Promise<unknown>)
    | undefined
  if (task === undefined) throw new Error(`no compute task named "${request.task}"`)
  return task(request.input, {
    random: createRandom(request.randomPath),
    now: new Date(request.nowMs),
    signal,
    // What a model has to say while it is fitted is progress, never a message to keep.
    emit: ({ message: _message, ...event }) => post({ kind: 'progress', id: request.id, event }),
    resources: request.resources,
  })
}

function describeFault(error: unknown): TaskFault {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  if (error instanceof EbbError) {
    const { cause: _cause, ...details } = error.details
    return { details, message: error.message, stack }
  }
  return { details: null, message: error instanceof Error ? error.message : String(error), stack }
}
