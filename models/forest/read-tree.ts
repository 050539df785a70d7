import type { KernelMemory } from '../kernels/kernel-memory.ts'
import type { Tree } from '../trees/tree.ts'
import { treeBytes } from './tree-bytes.ts'

/** The tree that a kernel left at `address`, with its gain by node; `mostLeaves` is what the space was made for. */
export function readTree(
  { i32, u32, f64 }: Pick<KernelMemory, 'i32' | 'u32' | 'f64'>,
  address: number,
  mostLeaves: number,
): { tree: Tree; gain: number[] } {
  const leafCount = i32[address / 4]!
  const setCount = i32[address / 4 + 1]!
  const stepsPerWeight = f64[address / 8 + 1]!
  const nodes = address + treeBytes.head
  const leaves = nodes + mostLeaves * treeBytes.node
  const sets = (leaves + mostLeaves * treeBytes.leaf) / 4
  const count = leafCount - 1
  const wordOf = (node: number, k: number): number => (nodes + node * treeBytes.node) / 4 + k
  const order = Array.from({ length: count }, (_, node) => node)
  return {
    tree: {
      feature: Uint16Array.from(order, (node) => i32[wordOf(node, 0)]!),
      cut: Uint32Array.from(order, (node) => i32[wordOf(node, 1)]!),
      flags: Uint8Array.from(order, (node) => i32[wordOf(node, 2)]!),
      left: Int32Array.from(order, (node) => i32[wordOf(node, 3)]!),
      right: Int32Array.from(order, (node) => i32[wordOf(node, 4)]!),
      sets: u32.slice(sets, sets + 8 * setCount),
      values: Float64Array.from({ length: leafCount }, (_, leaf) => f64[(leaves + leaf * treeBytes.leaf) / 8]!),
      leafRows: Uint32Array.from({ length: leafCount }, (_, leaf) => u32[(leaves + leaf * treeBytes.leaf) / 4 + 2]!),
    },
    gain: order.map((node) => f64[(nodes + node * treeBytes.node) / 8 + 3]! / stepsPerWeight),
  }
}

/** Leaves a tree as the kernel does; the twin's last step. */
export function writeTree(
  { i32, u32, f64 }: Pick<KernelMemory, 'i32' | 'u32' | 'f64'>,
  { address, mostLeaves, stepsPerWeight }: { address: number; mostLeaves: number; stepsPerWeight: number },
  { tree, gainSteps }: { tree: Tree; gainSteps: readonly number[] },
): void {
  const nodes = address + treeBytes.head
  const leaves = nodes + mostLeaves * treeBytes.node
  i32[address / 4] = tree.values.length
  i32[address / 4 + 1] = tree.sets.length / 8
  f64[address / 8 + 1] = stepsPerWeight
  for (let node = 0; node < tree.feature.length; node++) {
    const word = (nodes + node * treeBytes.node) / 4
    i32.set([tree.feature[node]!, tree.cut[node]!, tree.flags[node]!, tree.left[node]!, tree.right[node]!], word)
    f64[word / 2 + 3] = gainSteps[node]!
  }
  for (let leaf = 0; leaf < tree.values.length; leaf++) {
    f64[(leaves + leaf * treeBytes.leaf) / 8] = tree.values[leaf]!
    u32[(leaves + leaf * treeBytes.leaf) / 4 + 2] = tree.leafRows[leaf]!
  }
  u32.set(tree.sets, (leaves + mostLeaves * treeBytes.leaf) / 4)
}
