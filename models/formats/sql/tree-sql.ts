import { EbbError } from '../../../core/errors.ts'
import { type FeatureBins, missingBin } from '../../trees/bins.ts'
import type { TreeEnsemble } from '../../trees/ensemble.ts'
import { bySet, missingLeft, type Tree } from '../../trees/tree.ts'
import { doubleAtMost } from './double-at-most.ts'
import { doubleSql, type SqlWords } from './sql-words.ts'

/** Deeper expressions are refused by engines (DuckDB: 1,000, the arithmetic around a tree included). */
const mostLevels = 400

/** Base + the sum of all trees as one expression; `columnOf` names the prepared column of a feature (NULL = missing). */
export function ensembleSql(
  sql: SqlWords,
  { base, trees, features }: TreeEnsemble,
  columnOf: (feature: number) => string,
): string {
  const written = trees.map((tree) => treeSql(tree, { sql, features, columnOf }))
  return balancedSum([doubleSql(sql, base), ...written])
}

/** In pairs of pairs: two thousand summands after each other would be an expression two thousand levels deep. */
function balancedSum(terms: readonly string[]): string {
  if (terms.length === 1) return terms[0]!
  const middle = terms.length >> 1
  return `(${balancedSum(terms.slice(0, middle))}\n + ${balancedSum(terms.slice(middle))})`
}

interface TreeTask {
  readonly sql: SqlWords
  readonly features: readonly FeatureBins[]
  readonly columnOf: (feature: number) => string
}

/** Children have higher numbers than their parent: from the last node on, both sides are written already. */
function treeSql(tree: Tree, task: TreeTask): string {
  const { left, right, values } = tree
  const written = new Array<string>(left.length)
  const levels = new Uint32Array(left.length)
  const side = (child: number): string => (child < 0 ? doubleSql(task.sql, values[~child]!) : written[child]!)
  const depth = (child: number): number => (child < 0 ? 0 : levels[child]!)
  for (let node = left.length - 1; node >= 0; node--) {
    const [yes, no] = [left[node]!, right[node]!]
    levels[node] = 1 + Math.max(depth(yes), depth(no))
    if (levels[node]! > mostLevels) throw tooDeep()
    written[node] = choice(testSql(tree, node, task), side(yes), side(no))
  }
  return side(left.length === 0 ? -1 : 0)
}

/** A condition that is never NULL-blind: `isTrue` says where rows go for which it is true; all others, missing ones too, go elsewhere. */
interface SqlTest {
  /** Null: no row passes. */
  readonly condition: string | null
  readonly goesLeft: boolean
}

function choice({ condition, goesLeft }: SqlTest, left: string, right: string): string {
  const [then, otherwise] = goesLeft ? [left, right] : [right, left]
  return condition === null ? otherwise : `CASE WHEN ${condition} THEN ${then} ELSE ${otherwise} END`
}

/** The side without missing values is the one that is asked for: what a comparison with NULL gives is not true. */
function testSql(tree: Tree, node: number, { sql, features, columnOf }: TreeTask): SqlTest {
  const feature = tree.feature[node]!
  const column = columnOf(feature)
  const bins = features[feature]!
  const isMissingLeft = isLeft(tree, node, missingBin)
  const goesLeft = !isMissingLeft
  const ranges = binsAsked(tree, node, { binCount: bins.binCount, goesLeft }).map(([first, last]) =>
    bins.kind === 'number'
      ? rangeSql(sql, column, { bounds: bins.bounds, first, last })
      : `(${column} >= ${first} AND ${column} <= ${last})`,
  )
  return { condition: ranges.length === 0 ? null : ranges.join(' OR '), goesLeft }
}

/** Runs of bins whose rows take the side that missing values do not. */
function binsAsked(
  tree: Tree,
  node: number,
  { binCount, goesLeft }: { binCount: number; goesLeft: boolean },
): [number, number][] {
  if ((tree.flags[node]! & bySet) !== 0)
    return rangesOf(Array.from({ length: binCount }, (_, bin) => isLeft(tree, node, bin) === goesLeft))
  const cut = Math.min(tree.cut[node]!, binCount - 1)
  const [first, last] = goesLeft ? [0, cut] : [cut + 1, binCount - 1]
  return first <= last ? [[first, last]] : []
}

function isLeft({ cut, flags, sets }: Tree, node: number, bin: number): boolean {
  if ((flags[node]! & bySet) !== 0) return ((sets[8 * cut[node]! + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1
  return bin === missingBin ? (flags[node]! & missingLeft) !== 0 : bin <= cut[node]!
}

/** Runs of bins that are asked for: first and last of each. */
function rangesOf(asked: readonly boolean[]): [number, number][] {
  const ranges: [number, number][] = []
  for (const [bin, isAsked] of asked.entries()) {
    const last = ranges.at(-1)
    if (isAsked && last?.[1] === bin - 1) last[1] = bin
    else if (isAsked) ranges.push([bin, bin])
  }
  return ranges
}

/** Bin b holds the values above bounds[b - 1] and up to bounds[b]. */
function rangeSql(
  sql: SqlWords,
  column: string,
  { bounds, first, last }: { bounds: Float32Array; first: number; last: number },
): string {
  const limit = (bound: number): string => doubleSql(sql, doubleAtMost(bound))
  const above = first === 0 ? [] : [`${column} > ${limit(bounds[first - 1]!)}`]
  const upTo = last >= bounds.length ? [] : [`${column} <= ${limit(bounds[last]!)}`]
  const parts = [...above, ...upTo]
  if (parts.length === 0) return `${column} IS NOT NULL`
  return parts.length === 1 ? parts[0]! : `(${parts.join(' AND ')})`
}

function tooDeep(): EbbError {
  return new EbbError({
    code: 'EXPORT_FORMAT',
    kind: 'usage',
    where: 'model',
    what: 'a tree is too deep for an SQL expression',
    expected: `at most ${mostLevels} levels of splits`,
    hint: 'set maxDepth, or export it as onnx',
  })
}
