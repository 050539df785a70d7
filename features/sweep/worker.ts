import { parentPort } from 'node:worker_threads'
import { SweepWorker, type SweepSetup, type SweepTask } from './tasks.ts'

/** Main thread -> worker: first what is shared, then tasks one by one. */
export type SweepMessage = { readonly setup: SweepSetup } | { readonly task: SweepTask }
/** Worker -> main thread: a task is done, or failed. */
export type SweepReply = { readonly failure: null } | { readonly failure: { message: string; stack: string } }

const port = parentPort
if (port === null) throw new Error('features/sweep/worker.ts runs as a worker thread only')
let worker: SweepWorker | null = null

port.on('message', (message: SweepMessage) => {
  try {
    if ('setup' in message) worker = new SweepWorker(message.setup)
    else worker!.run(message.task)
    port.postMessage({ failure: null } satisfies SweepReply)
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const text = error instanceof Error ? error.message : String(error)
    port.postMessage({ failure: { message: text, stack } } satisfies SweepReply)
  }
})
