import { drawRows } from '../../forest/bootstrap.ts'
import { drawnGradients } from '../../forest/drawn-gradients.ts'
import { createDraws } from '../../forest/forest-draws.ts'
import { growDeepTree } from '../../forest/grow-deep.ts'
import { forestRule } from '../../forest/forest-rule.ts'
import { writeTree } from '../../forest/read-tree.ts'
import type { FeatureBins } from '../../trees/bins.ts'
import type { KernelMemory } from '../kernel-memory.ts'

/** Twin of assembly/training/grow-forest-tree.ts: the plain trees of ../../forest over the same memory. */
export function growForestTree(memory: KernelMemory, args: Float64Array, chunk: number, poll: () => void): void {
  const { u8, u16, i32, u32, f32 } = memory
  const at = (k: number): number => args[k]!
  const rows = at(0)
  const draws = createDraws(u32.subarray(at(13) / 4 + 4 * chunk, at(13) / 4 + 4 * chunk + 4))
  const begin = (at(18) + chunk * at(19)) / 2
  const times = u16.subarray(begin, begin + rows)
  drawRows(times, { group: u32.subarray(at(5) / 4, at(5) / 4 + rows), count: at(6) }, draws)
  const drawn = Uint32Array.from({ length: rows }, (_, row) => row).filter((row) => times[row]! > 0)
  const weights = at(3) === 0 ? undefined : f32.subarray(at(3) / 4, at(3) / 4 + rows)
  const y = u8.subarray(at(2), at(2) + rows)
  const pairs = i32.subarray(at(20) / 4, at(20) / 4 + 2 * rows)
  const { gradients, drawsPerRow } = drawnGradients({ y, weights, unit: at(4), times }, drawn, pairs)
  const grown = growDeepTree(
    {
      columns: Array.from({ length: at(1) }, (_, f) => u8.subarray(at(10) + f * at(11), at(10) + f * at(11) + rows)),
      bins: Array.from({ length: at(1) }, (_, f) => binsAt(memory, at(12) + 8 * f)),
      gradients,
      rule: forestRule((at(16) * drawsPerRow) / gradients.hUnit),
      featuresPerSplit: at(14),
      maxDepth: at(15),
      isRandom: at(17) !== 0,
      draws,
      poll,
    },
    drawn,
  )
  const place = { address: at(22) + chunk * at(23), mostLeaves: at(24), stepsPerWeight: 1 / gradients.hUnit }
  writeTree(memory, place, grown)
}

/** What the search must know of a feature; its name and bounds stay outside. */
function binsAt({ u8, u16 }: KernelMemory, address: number): FeatureBins {
  const binCount = u16[address / 2]!
  return u8[address + 2] === 0
    ? { name: '', kind: 'number', bounds: new Float32Array(), binCount }
    : { name: '', kind: 'category', levels: [], binCount }
}
