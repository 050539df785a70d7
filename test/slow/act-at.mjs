// Preloaded into a run (`node --import act-at.mjs dist/cli/main.js run …`): does something to it at a chosen
// moment. EBB_TEST_ACT holds one of
//   {"signal": "SIGKILL", "stage": "fit", "delayMs": 20}         so long after that stage has begun
//   {"signal": "SIGKILL", "task": "score"}                       when a compute worker is given that task
//   {"signal": "SIGKILL", "rename": 3, "when": "before"|"after"} at the n-th rename below scores/ or excluded/
//   {"fill": "filler", "stage": "fit", "delayMs": 0}             no signal: that file takes what the disk has left
import { closeSync, openSync, writeSync } from 'node:fs'
import fsp from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { Worker, isMainThread } from 'node:worker_threads'

if (isMainThread && process.env.EBB_TEST_ACT) {
  const wish = JSON.parse(process.env.EBB_TEST_ACT)
  const fillDisk = () => {
    const file = openSync(wish.fill, 'w')
    // First in large steps, then to the last byte.
    for (const bytes of [1_048_576, 4096, 1])
      try {
        for (;;) if (writeSync(file, Buffer.alloc(bytes)) < bytes) break
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error
      }
    closeSync(file)
  }
  const act = wish.fill ? fillDisk : () => process.kill(process.pid, wish.signal)
  const { appendFile, rename } = fsp
  let hasBegun = false
  if (wish.stage)
    fsp.appendFile = (path, text, ...rest) => {
      if (!hasBegun && String(text).includes(`"name":"${wish.stage}","message":"start"`)) {
        hasBegun = true
        if (wish.delayMs > 0) setTimeout(act, wish.delayMs)
        else appendFile(path, text, ...rest).then(act)
      }
      return appendFile(path, text, ...rest)
    }
  const { postMessage } = Worker.prototype
  if (wish.task)
    Worker.prototype.postMessage = function (message, ...rest) {
      postMessage.call(this, message, ...rest)
      if (message?.task === wish.task) act()
    }
  let renames = 0
  if (wish.rename)
    fsp.rename = async (from, to) => {
      const isWished = /[\\/](scores|excluded)[\\/]/.test(to) && !to.endsWith('.parquet') && ++renames === wish.rename
      if (isWished && wish.when === 'before') act()
      await rename(from, to)
      if (isWished) act()
    }
  syncBuiltinESMExports()
}
