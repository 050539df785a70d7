import { Worker, isMainThread, workerData } from 'node:worker_threads'

/**
 * Runs `job` with the arguments of this program in a worker thread, as the product does, and prints what it posts as one
 * line of JSON. `url`: that of the program.
 */
export async function runInWorker(url: string, job: (argv: readonly string[]) => Promise<void>): Promise<void> {
  if (!isMainThread) return job(workerData as string[])
  const worker = new Worker(new URL(url), { workerData: process.argv.slice(2) })
  worker.on('message', (measurement) => process.stdout.write(`${JSON.stringify(measurement)}\n`))
  worker.on('error', (error) => {
    throw error
  })
}
