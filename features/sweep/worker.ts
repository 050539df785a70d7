import { parentPort, workerData } from 'node:worker_threads'
import { EbbError, type FaultDetails } from '../../core/errors.ts'
import type { CompiledModule } from '../../core/web-assembly.ts'
import { ParquetEncoder } from '../../engines/parquet-encoder.ts'
import type { EncodedPiece, ParquetColumn, RowRange } from '../../engines/write-parquet.ts'
import { nameUsers, restoreRows, type NameUsersTask, type RestoreTask } from '../refresh/restore-task.ts'
import { kernelThread } from './kernels/sweep-kernels.ts'
import { SweepWorker, type SweepSetup, type SweepTask } from './tasks.ts'

export interface SweepWorkerData {
  /** The kernels, compiled by the main thread for all. */
  readonly module: CompiledModule
}

/** Main thread -> worker: first what is shared, then tasks one by one; or the kernels of Parquet, then pieces to be encoded. */
export type SweepMessage =
  | { readonly setup: SweepSetup }
  | { readonly task: SweepTask | RestoreTask | NameUsersTask }
  | { readonly parquet: CompiledModule }
  | { readonly columns: readonly ParquetColumn[]; readonly rows: RowRange; readonly place: number }
export interface SweepQuestion {
  /** Comes back with the reply. */
  readonly id: number
  readonly message: SweepMessage
}
/** Worker -> main thread: a task or a piece is done, or something failed. */
export type SweepReply =
  | { readonly id: number; readonly failure: null; readonly piece?: EncodedPiece }
  | { readonly id: number; readonly failure: SweepFailure }

export interface SweepFailure {
  readonly message: string
  readonly stack: string
  /** Of an error that people read. */
  readonly details: FaultDetails | null
}

const port = parentPort
if (port === null) throw new Error('features/sweep/worker.ts runs as a worker thread only')
const thread = kernelThread((workerData as SweepWorkerData).module)
let worker: SweepWorker | null = null
let encoder: ParquetEncoder | null = null

port.on('message', ({ id, message }: SweepQuestion) => {
  try {
    if ('parquet' in message) return void (encoder = new ParquetEncoder(message.parquet))
    if ('columns' in message) return encode(id, message)
    if ('setup' in message) worker = new SweepWorker(message.setup, thread)
    else if (message.task.kind === 'restore') restoreRows(message.task, thread)
    else if (message.task.kind === 'name-users') nameUsers(message.task)
    else worker!.run(message.task)
    port.postMessage({ id, failure: null } satisfies SweepReply)
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const text = error instanceof Error ? error.message : String(error)
    const details = error instanceof EbbError ? { ...error.details, cause: undefined } : null
    port.postMessage({ id, failure: { message: text, stack, details } } satisfies SweepReply)
  }
})

function encode(id: number, { columns, rows, place }: Extract<SweepMessage, { readonly rows: RowRange }>): void {
  const piece = encoder!.encode(columns, rows, place)
  port!.postMessage({ id, failure: null, piece } satisfies SweepReply)
}
