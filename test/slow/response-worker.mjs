// One fit, prediction or explanation in a worker thread, as the product runs them, with a signal that measures for how
// long nobody looked at it. Posts a message when the work begins and one when it has ended.
// workerData: { dist, work: fit|predict|explain, kind, parameters, table: { x, y }, threads, cancelled: Int32Array of 1 }
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

const { dist, work, kind, parameters, table, threads, cancelled } = workerData
const load = (path) => import(pathToFileURL(join(dist, path)).href)
const { estimatorNamed } = await load('models/registry.js')
const { createRandom } = await load('core/random.js')
const { sliceRows } = await load('core/dataset.js')

let last = 0
let longestMs = 0
let where = ''
const look = () => {
  const now = performance.now()
  if (last > 0 && now - last > longestMs) {
    longestMs = now - last
    where = new Error('looked').stack
      .split('\n')
      .slice(3, 7)
      .join(' <')
      .replaceAll(/\s+at /g, ' ')
  }
  last = now
}
const signal = Object.create(AbortSignal.prototype, {
  aborted: {
    get() {
      look()
      return Atomics.load(cancelled, 0) !== 0
    },
  },
})
const fit = (signal, rows) => {
  const estimator = estimatorNamed(kind)
  return estimator.fit(estimator.parameters.parse(parameters), {
    train: sliceRows(table.x, 0, rows),
    y: table.y.subarray(0, rows),
    random: createRandom('response'),
    resources: { threads, memoryBytes: 4e9 },
    signal,
    emit: () => {},
  })
}
const model = work === 'fit' ? null : await fit({ aborted: false }, 20_000)
const works = {
  fit: () => fit(signal, table.x.rowCount),
  predict: () => model.predict(table.x, { signal, threads }),
  explain: async () => {
    for await (const _ of model.explain(table.x, { signal, threads }).blocks());
  },
}
parentPort.postMessage({ hasBegun: true })
look()
const ended = await works[work]().then(
  () => 'finished',
  (error) => error.details?.kind ?? String(error),
)
look()
parentPort.postMessage({ hasBegun: false, ended, longestMs, where })
