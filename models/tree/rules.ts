import { sigmoid } from '../../core/numeric/sigmoid.ts'
import type { ModelDescription } from '../estimator.ts'
import { type FeatureBins, missingBin } from '../trees/bins.ts'
import type { TreeEnsemble } from '../trees/ensemble.ts'
import { bySet, missingLeft, type Tree } from '../trees/tree.ts'

/** Which bins of a feature a path lets pass: 256 flags, the missing bin last. */
type Passing = ReadonlyMap<number, Uint8Array>

/**
 * The leaves of a tree as conditions in the language of `rule` and of the config's filters, the highest churn rate first.
 * Every row, also one with missing or unknown values, passes exactly one.
 */
export function rulesOf({ features, trees }: TreeEnsemble): NonNullable<ModelDescription['rules']> {
  const tree = trees[0]!
  const rules: { when: string; rate: number; rows: number }[] = []
  const pending: { child: number; passing: Passing }[] = [
    { child: tree.feature.length === 0 ? -1 : 0, passing: new Map() },
  ]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { child, passing } = next
    if (child < 0) {
      const conditions = [...passing].map(([f, bins]) => condition(features[f]!, bins)).filter((one) => one !== '')
      const when = conditions.length === 0 ? 'always' : conditions.join(' and ')
      rules.push({ when, rate: sigmoid(tree.values[~child]!), rows: tree.leafRows[~child]! })
      continue
    }
    pending.push({ child: tree.right[child]!, passing: passed(tree, child, { passing, isLeft: false }) })
    pending.push({ child: tree.left[child]!, passing: passed(tree, child, { passing, isLeft: true }) })
  }
  return rules.sort((a, b) => b.rate - a.rate || b.rows - a.rows || (a.when < b.when ? -1 : 1))
}

function passed(tree: Tree, node: number, { passing, isLeft }: { passing: Passing; isLeft: boolean }): Passing {
  const feature = tree.feature[node]!
  const [cut, flags] = [tree.cut[node]!, tree.flags[node]!]
  const goesLeft = (bin: number): boolean => {
    if ((flags & bySet) !== 0) return ((tree.sets[8 * cut + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1
    return bin === missingBin ? (flags & missingLeft) !== 0 : bin <= cut
  }
  const before = passing.get(feature) ?? new Uint8Array(256).fill(1)
  return new Map(passing).set(
    feature,
    before.map((flag, bin) => (goesLeft(bin) === isLeft ? flag : 0)),
  )
}

/** Empty where everything passes. */
function condition(bins: FeatureBins, passing: Uint8Array): string {
  const name = quoted(bins.name)
  const isMissingIn = passing[missingBin] === 1
  const present = presentCondition(bins, passing, { name, isMissingIn })
  if (present === 'all') return isMissingIn ? '' : `${name} is not null`
  if (present === 'none') return `${name} is null`
  return isMissingIn ? `(${present} or ${name} is null)` : present
}

/** `all` and `none` stand for themselves. An unknown category goes where missing values go: then the others are named. */
function presentCondition(
  bins: FeatureBins,
  passing: Uint8Array,
  { name, isMissingIn }: { name: string; isMissingIn: boolean },
): string {
  if (bins.kind === 'number') {
    const first = passing.indexOf(1)
    if (first < 0 || first >= bins.binCount) return 'none'
    const last = passing.lastIndexOf(1, bins.binCount - 1)
    const above = first > 0 ? [`${name} > ${shortest(bins.bounds[first - 1]!)}`] : []
    const below = last < bins.binCount - 1 ? [`${name} <= ${shortest(bins.bounds[last]!)}`] : []
    return above.length + below.length === 0 ? 'all' : [...above, ...below].join(' and ')
  }
  const listed = bins.levels.filter((_, bin) => (passing[bin] === 1) !== isMissingIn)
  if (listed.length === 0) return isMissingIn ? 'all' : 'none'
  const texts = listed.map((level) => `'${level.replaceAll("'", "''")}'`).join(', ')
  return `${name} ${isMissingIn ? 'not in' : 'in'} (${texts})`
}

/** The fewest digits that are the same float32. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(value)
}

const keywords = new Set(['and', 'or', 'not', 'in', 'is', 'null', 'between', 'true', 'false'])

const quoted = (name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) && !keywords.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`
