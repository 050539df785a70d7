// One of many processes that want the same lock: waits for the common start, tries once, says what happened.
import { acquireLock } from '../../dist/store/lock.js'

const [path, startAt, holdMs] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
while (Date.now() < startAt);
try {
  const lock = await acquireLock({ path, purpose: `child ${process.pid}` })
  process.stdout.write('won')
  if (holdMs < 0) process.kill(process.pid, 'SIGKILL')
  await new Promise((resolve) => setTimeout(resolve, holdMs))
  await lock.assertHeld()
  await lock.release()
} catch (error) {
  process.stdout.write(error.code ?? String(error))
}
