import { parentPort, workerData } from 'node:worker_threads'
import type { CompiledModule } from '../../core/web-assembly.ts'
import { encodeColumns, type EncodedColumn, type ParquetColumn, type RowRange } from '../../engines/write-parquet.ts'
import { kernelThread } from './kernels/sweep-kernels.ts'
import { SweepWorker, type SweepSetup, type SweepTask } from './tasks.ts'

export interface SweepWorkerData {
  /** The kernels, compiled by the main thread for all. */
  readonly module: CompiledModule
}

/** Main thread -> worker: first what is shared, then tasks one by one; or rows of columns to be encoded as Parquet. */
export type SweepMessage =
  | { readonly setup: SweepSetup }
  | { readonly task: SweepTask }
  | { readonly columns: readonly ParquetColumn[]; readonly rows: RowRange }
/** Worker -> main thread: a task is done, or failed. */
export type SweepReply =
  | { readonly failure: null; readonly encoded?: readonly EncodedColumn[] }
  | { readonly failure: { message: string; stack: string } }

const port = parentPort
if (port === null) throw new Error('features/sweep/worker.ts runs as a worker thread only')
const thread = kernelThread((workerData as SweepWorkerData).module)
let worker: SweepWorker | null = null

port.on('message', (message: SweepMessage) => {
  try {
    if ('columns' in message) return void encode(message)
    if ('setup' in message) worker = new SweepWorker(message.setup, thread)
    else worker!.run(message.task)
    port.postMessage({ failure: null } satisfies SweepReply)
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const text = error instanceof Error ? error.message : String(error)
    port.postMessage({ failure: { message: text, stack } } satisfies SweepReply)
  }
})

function encode({ columns, rows }: Extract<SweepMessage, { readonly rows: RowRange }>): void {
  const encoded = encodeColumns(columns, rows)
  const bytes = encoded.flatMap(({ dictionary, page }) => (dictionary === null ? page : [dictionary.bytes, ...page]))
  const buffers = new Set(bytes.map(({ buffer }) => buffer as ArrayBuffer))
  port!.postMessage({ failure: null, encoded } satisfies SweepReply, [...buffers])
}
