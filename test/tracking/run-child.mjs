// Starts a run, leaves scratch behind, and is killed.
import { mkdirSync, writeFileSync } from 'node:fs'
import { openRun } from '../../dist/tracking/run.js'

const environment = {
  versions: { ebb: '0', node: '0' },
  git: null,
  host: { name: 'h', pid: process.pid, bootId: null },
}
const run = await openRun({
  runsDir: process.argv[2],
  experiment: 'x',
  command: 'x',
  now: new Date('2026-11-16T03:00:00Z'),
  elapsedMs: () => 0,
  seed: 1,
  configHash: 'x',
  environment,
})
mkdirSync(run.path('tmp'))
writeFileSync(run.path('tmp', 'spill'), 'x')
process.stdout.write(run.id)
process.stdout.write('', () => process.kill(process.pid, 'SIGKILL'))
setInterval(() => undefined, 1_000)
