// A thread of a kernel pool that claims one chunk and ends in the middle of it; the kernel's argument 6 says how.
import { receiveMessageOnPort, workerData } from 'node:worker_threads'
import { argumentsAddress, controlWords, placeAtWork, word } from '../../dist/models/kernels/kernel-control.js'

Atomics.wait(workerData.called, 0, 0)
const { memory, thread } = receiveMessageOnPort(workerData.life).message
const { buffer } = memory
const words = controlWords(buffer)
for (let isClaimed = false; !isClaimed;) {
  const unclaimed = Atomics.load(words, word.unclaimed)
  if (unclaimed < 0) process.exit(0)
  isClaimed = unclaimed > 0 && Atomics.compareExchange(words, word.unclaimed, unclaimed, unclaimed - 1) === unclaimed
  if (isClaimed) Atomics.store(words, placeAtWork(thread), words[word.chunks] - unclaimed + 1)
}
const ending = new Float64Array(buffer, argumentsAddress)[6]
if (ending === 0) process.exit(3)
if (ending === 1) throw new Error('unexpected')
const held = []
for (;;) held.push(new Array(100_000).fill(held.length))
