// One of many processes that want the same lock: says that it is ready, tries once at the moment that it is then told, says
// what happened, and holds what it won until its input ends.
import { acquireLock } from '../../dist/store/lock.js'

const [path, ending] = process.argv.slice(2)
const told = new Promise((resolve) => process.stdin.once('data', (startAt) => resolve(Number(startAt))))
const isOver = new Promise((resolve) => process.stdin.once('end', resolve))
process.stdout.write('ready\n')
const startAt = await told
while (Date.now() < startAt);
try {
  const lock = await acquireLock({ path, purpose: `child ${process.pid}` })
  process.stdout.write('won\n')
  if (ending === 'is killed') process.kill(process.pid, 'SIGKILL')
  await isOver
  await lock.assertHeld()
  await lock.release()
} catch (error) {
  process.stdout.write(`${error.code ?? error}\n`)
}
process.stdin.destroy()
