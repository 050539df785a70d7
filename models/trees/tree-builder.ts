import type { Split } from './split.ts'
import type { Tree } from './tree.ts'

/** Collects splits into a `Tree`. It begins as one leaf, number 0. */
export class TreeBuilder {
  readonly feature: number[] = []
  readonly gain: number[] = []
  private readonly cut: number[] = []
  private readonly flags: number[] = []
  private readonly left: number[] = []
  private readonly right: number[] = []
  private readonly sets: Uint32Array[] = []
  /** Where each leaf hangs: node above it and whether it is the left child. */
  private readonly hangs: { node: number; isLeft: boolean }[] = [{ node: -1, isLeft: true }]

  /** Splits leaf `leaf`: its left child keeps the number, the right child's number is returned. */
  splitLeaf(leaf: number, split: Split): number {
    const node = this.feature.length
    const added = this.hangs.length
    const { node: above, isLeft } = this.hangs[leaf]!
    if (above >= 0) (isLeft ? this.left : this.right)[above] = node
    this.feature.push(split.feature)
    this.gain.push(split.gain)
    this.cut.push(split.set === null ? split.cut : this.sets.push(split.set) - 1)
    this.flags.push(split.flags)
    this.left.push(~leaf)
    this.right.push(~added)
    this.hangs[leaf] = { node, isLeft: true }
    this.hangs.push({ node, isLeft: false })
    return added
  }

  finish(values: Float64Array, leafRows: Uint32Array): Tree {
    const sets = new Uint32Array(8 * this.sets.length)
    for (const [i, set] of this.sets.entries()) sets.set(set, 8 * i)
    return {
      feature: new Uint16Array(this.feature),
      cut: new Uint32Array(this.cut),
      flags: new Uint8Array(this.flags),
      left: new Int32Array(this.left),
      right: new Int32Array(this.right),
      sets,
      values,
      leafRows,
    }
  }
}
