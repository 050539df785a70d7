import type { FaultDetails } from '../../core/errors.ts'
import type { ProgressEvent, Resources } from '../../core/stage.ts'

/** Main thread -> worker: one task. Columns travel as shared memory, so nothing is copied. */
export interface TaskRequest {
  readonly id: number
  readonly task: string
  readonly input: unknown
  readonly randomPath: string
  readonly nowMs: number
  readonly resources: Resources
}

/** Worker -> main thread. */
export type TaskReply =
  | { readonly kind: 'progress'; readonly id: number; readonly event: ProgressEvent }
  | { readonly kind: 'done'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly fault: TaskFault }

/** An error that survives the way between threads: what people read, and the stack for the event log. */
export interface TaskFault {
  readonly details: FaultDetails | null
  readonly message: string
  readonly stack: string
}

/** `workerData` of a compute worker. */
export interface WorkerSetup {
  /** Element 0 becomes 1 when the job is to stop. */
  readonly cancelled: Int32Array
  /** Threads of kernels to start at once, for the tasks to come. */
  readonly readyThreads: number
}
