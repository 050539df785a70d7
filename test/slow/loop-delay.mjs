// One training in this process, with a clock on its main thread: prints, as one JSON document, the longest time in
// milliseconds for which the event loop did not turn, over all and by the stage that was under way; without the time
// that the thread stood ready and other threads had the cores (`waited`, where the kernel tells).
// node loop-delay.mjs <folder of dist> <config> <folder for runs and scores> [key=value...]
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [dist, config, out, ...set] = process.argv.slice(2)
const load = (path) => import(pathToFileURL(join(dist, path)).href)
const { loadConfig } = await load('configs/load.js')
const { train } = await load('pipelines/train.js')

const byStage = {}
let stage = 'start'
let total = 0
let last = performance.now()
let lastWaited = waitedMs()
const look = () => {
  const now = performance.now()
  const waited = waitedMs()
  const gap = now - last - (waited - lastWaited)
  last = now
  lastWaited = waited
  byStage[stage] = Math.max(byStage[stage] ?? 0, Math.round(gap))
  total = Math.max(total, gap)
}
const timer = setInterval(look, 5)
await train({
  loaded: await loadConfig({ path: config, set, env: {} }),
  asOf: null,
  useCache: false,
  runsDir: join(out, 'runs'),
  outDir: out,
  command: 'ebb run',
  now: new Date(),
  signal: new AbortController().signal,
  emit: ({ name, message }) => {
    if (message === 'start') {
      look()
      stage = name
    } else if (message === 'done') {
      look()
      stage = `after ${name}`
    }
  },
  resources: { threads: 2, memoryBytes: 2e9 },
  environment: {
    versions: { ebb: '0', node: process.versions.node },
    git: null,
    host: { name: 'test', pid: process.pid, bootId: null },
  },
})
clearInterval(timer)
process.stdout.write(JSON.stringify({ maxMs: Math.round(total), byStage }))
process.exit(0)

/** Second field of schedstat: nanoseconds on the run queue. 0 where there is none. */
function waitedMs() {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}
