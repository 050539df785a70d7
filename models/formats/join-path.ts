import type { ForeignNode, ForeignTree, SetTest } from './foreign-model.ts'

/** The codes that pass some tests: these (`listed`), or all but these. */
interface Passing {
  readonly codes: ReadonlySet<number>
  readonly listed: boolean
  readonly missing: boolean
}

/**
 * A tree of one path to the only leaf that is not 0: each category test becomes "passes all tests of its feature on the
 * path". A row that fails a later one now leaves the path earlier, and both ways lead to 0; shares of rows stay with their
 * nodes, so scores and Shapley values stay the same, and one feature needs two cells, however many sets there were.
 */
export function joinPath(tree: ForeignTree): ForeignTree {
  const goesLeft = directions(tree)
  const passing = new Map<number, Passing>()
  for (const [node, { feature, test }] of tree.nodes.entries()) {
    if (test.kind !== 'set') continue
    const own = passes(test, goesLeft[node]!)
    const known = passing.get(feature)
    passing.set(feature, known === undefined ? own : both(known, own))
  }
  const nodes = tree.nodes.map((node, at): ForeignNode => {
    if (node.test.kind !== 'set') return node
    const { codes, listed, missing } = passing.get(node.feature)!
    const isLeft = goesLeft[at]!
    const test: SetTest = {
      kind: 'set',
      codes: [...codes],
      membersLeft: listed === isLeft,
      missingLeft: missing === isLeft,
    }
    return { ...node, test }
  })
  return { ...tree, nodes }
}

/** By node: whether the leaf that is not 0 lies to the left. */
function directions({ nodes, values }: ForeignTree): boolean[] {
  const holds = (child: number): boolean => (child < 0 ? values[~child] !== 0 : true)
  return nodes.map(({ left }) => holds(left))
}

const passes = ({ codes, membersLeft, missingLeft }: SetTest, isLeft: boolean): Passing => ({
  codes: new Set(codes),
  listed: membersLeft === isLeft,
  missing: missingLeft === isLeft,
})

function both(a: Passing, b: Passing): Passing {
  const missing = a.missing && b.missing
  if (!a.listed && !b.listed) return { codes: new Set([...a.codes, ...b.codes]), listed: false, missing }
  const [list, other] = a.listed ? [a, b] : [b, a]
  const codes = [...list.codes].filter((code) => other.codes.has(code) === other.listed)
  return { codes: new Set(codes), listed: true, missing }
}
