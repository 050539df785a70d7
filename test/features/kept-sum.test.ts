import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeptSum, sumOf, sumStep } from '../../features/refresh/kept-sum.ts'
import { kernelThread, sweepModule } from '../../features/sweep/kernels/sweep-kernels.ts'

const word = 2n ** 64n
const advances = [0x9e3779b1n, 0x85ebca77n, 0xc2b2ae3dn, 0x27d4eb2fn]

/** Word by word in large integers. */
function slowSum(bytes: Uint8Array): number {
  const padded = new Uint8Array(Math.ceil(bytes.length / sumStep) * sumStep)
  padded.set(bytes)
  const words = [...new Uint32Array(padded.buffer)].map(BigInt)
  const sums = Array.from({ length: 8 }, () => 0n)
  const add = (lane: number, value: bigint): void => void (sums[lane] = (sums[lane]! + value) % word)
  for (let step = 0; step * 8 < words.length; step++) {
    for (let i = 0; i < 4; i++) {
      const key = (advances[i]! * BigInt(step + 1)) % 2n ** 32n
      const [one, other] = [words[step * 8 + i]!, words[step * 8 + 4 + i]!]
      add(i, (one ^ key) * (other ^ (2n ** 32n - 1n - key)))
      add(4 + (i >> 1), one << BigInt(32 * (i & 1)))
      add(6 + (i >> 1), other << BigInt(32 * (i & 1)))
    }
  }
  let sum = BigInt(bytes.length)
  for (const lane of sums) {
    sum = ((sum ^ lane) * 0x9e3779b97f4a7c15n) % word
    sum ^= sum >> 29n
  }
  return Number(sum >> 11n)
}

test('the checksum is that of large integers, in pieces or at once; one changed byte or a byte more is another one', () => {
  const thread = kernelThread(sweepModule())
  const pieces = new KeptSum(thread)
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (bytes, at, bit) => {
        const sum = sumOf(bytes)
        expect(sum).toBe(slowSum(bytes))
        const room = thread.space.uint8(bytes.length)
        room.set(bytes)
        for (let from = 0; from < bytes.length; from += sumStep) pieces.add(room.subarray(from, from + sumStep))
        expect(pieces.end()).toBe(sum)
        thread.space.giveBack(room)
        const changed = bytes.slice()
        changed[at % bytes.length]! ^= bit
        expect(sumOf(changed)).not.toBe(sum)
        expect(sumOf(Uint8Array.of(...bytes, 0))).not.toBe(sum)
      },
    ),
    { numRuns: 100, seed: 1 },
  )
})
