import type { ForeignFeature, ForeignTree } from './foreign-model.ts'
import { foreignFault } from './foreign-fault.ts'

/** Beyond single precision, where no training ends: sums of as many as one likes stay finite. */
const largestValue = 3.5e38

/**
 * The tree if every node and leaf hangs in exactly one place below the root, and everything else is as it should be: then
 * a walk ends, and nothing is read beside its array. Else an EbbError of kind `data`.
 */
export function soundTree(tree: ForeignTree, features: readonly ForeignFeature[], where: string): ForeignTree {
  const { nodes, values, rows } = tree
  const fault = (what: string, expected: string, received: unknown): Error =>
    foreignFault(where, what, { expected, received })
  if (values.length !== nodes.length + 1 || rows.length !== values.length)
    throw fault('leaves do not fit the splits', `${nodes.length + 1} leaves`, values.length)
  const seenNodes = new Uint8Array(nodes.length)
  const seenLeaves = new Uint8Array(values.length)
  const pending = [nodes.length === 0 ? -1 : 0]
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const [seen, index] = at >= 0 ? [seenNodes, at] : [seenLeaves, ~at]
    if (!(index < seen.length)) throw fault('a child is outside the tree', `below ${seen.length}`, index)
    if (seen[index] === 1) throw fault('a child hangs in two places', 'a tree', at >= 0 ? `node ${at}` : `leaf ${~at}`)
    seen[index] = 1
    if (at < 0) continue
    const { feature, test, left, right } = nodes[at]!
    const kind = features[feature]?.kind
    const wanted = test.kind === 'threshold' ? 'number' : 'category'
    if (kind !== wanted)
      throw fault(`node ${at} splits feature ${feature} as a ${wanted}`, `a ${wanted}`, kind ?? 'none')
    pending.push(right, left)
  }
  const value = values.find((one) => !(Math.abs(one) <= largestValue))
  if (value !== undefined) throw fault('a leaf has no usable value', `a number up to ${largestValue}`, value)
  const count = rows.find((one) => !(one >= 0 && one < Infinity))
  if (count !== undefined) throw fault('a leaf has no usable number of rows', 'a number >= 0', count)
  return tree
}
