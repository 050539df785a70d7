import { EbbError } from '../../core/errors.ts'
import type { FeatureBins } from '../trees/bins.ts'
import { createEnsemble, type TreeEnsemble } from '../trees/ensemble.ts'
import { bySetOf, type BinTest, builtTree } from './binned-parts.ts'
import { boundsOf } from './feature-cells.ts'
import type { ForeignModel, ForeignNode, SetTest, ThresholdTest } from './foreign-model.ts'
import { missingLeft } from '../trees/tree.ts'

/** What a file can say of an imported model. */
export interface ForeignEnsemble {
  /** Numbers may have more bounds than bins of ours; of a category the levels that some test names. */
  readonly ensemble: TreeEnsemble
  /** A category whose unseen levels go elsewhere than its missing values: its bin levels.length is that of unseen ones. */
  readonly unseenApart: string | null
  /** A category whose levels the model knows by number alone. */
  readonly codedBy: string | null
}

/** Sets of levels have 256 bits, one of them for missing values. */
const mostLevels = 254

/**
 * An imported model as trees over the float32 bounds and levels of its own tests: what an exported file needs of it. Leaf values
 * of a model of rates are such that their mean is P(churn). An EbbError of kind `usage` says which test no file of ours can hold.
 */
export function foreignEnsemble(model: ForeignModel): ForeignEnsemble {
  const { features, trees, link, base } = model
  const nodes = trees.flatMap((tree) => tree.nodes)
  const used = [...new Set(nodes.map(({ feature }) => feature))].sort((a, b) => a - b)
  const tests = new Map(used.map((f): [number, ForeignNode['test'][]] => [f, []]))
  for (const { feature, test } of nodes) tests.get(feature)!.push(test)
  const columns = new Map(used.map((f) => [f, columnOf(model, f, tests.get(f)!)]))
  const layout = {
    place: new Map(used.map((f, at) => [f, at])),
    testOf: ({ feature, test }: ForeignNode) => columns.get(feature)!.testOf(test),
  }
  const isRate = link === 'identity'
  const built = trees.map((tree) => {
    const own = builtTree(tree, layout)
    const values = isRate ? own.values.map((value) => value * trees.length + base) : own.values
    return { ...own, values, leafRows: Uint32Array.from(own.leafRows, (rows) => Math.max(1, Math.round(rows))) }
  })
  const bins = used.map((f) => columns.get(f)!.bins)
  const gains = built.map((tree) => Array.from(tree.feature, () => 0))
  const isApart = (f: number): boolean => columns.get(f)!.unseenApart
  const isCoded = (f: number): boolean => {
    const feature = features[f]!
    return feature.kind === 'category' && feature.levels === 'codes'
  }
  return {
    ensemble: createEnsemble(bins, isRate ? 0 : base, { trees: built, gains }),
    unseenApart: features[used.find(isApart) ?? -1]?.name ?? null,
    codedBy: features[used.find(isCoded) ?? -1]?.name ?? null,
  }
}

interface ExportColumn {
  readonly bins: FeatureBins
  readonly unseenApart: boolean
  testOf(test: ForeignNode['test']): BinTest
}

function columnOf({ features }: ForeignModel, f: number, tests: readonly ForeignNode['test'][]): ExportColumn {
  const feature = features[f]!
  if (feature.kind === 'number') return numberColumn(feature.name, tests as readonly ThresholdTest[])
  const codes = [...new Set((tests as readonly SetTest[]).flatMap((test) => test.codes))].sort((a, b) => a - b)
  const names = codes.map((code) => (feature.levels === 'codes' ? String(code) : (feature.levels[code] ?? `#${code}`)))
  return categoryColumn(feature.name, tests as readonly SetTest[], { codes, names })
}

function numberColumn(name: string, tests: readonly ThresholdTest[]): ExportColumn {
  if (tests.some((test) => test.zeroIsMissing))
    throw refused(name, 'a test that takes zeros for missing values', 'tests of missing values alone')
  if (tests.some((test) => Number.isNaN(test.atMost)))
    throw refused(name, 'a test that no value passes', 'thresholds that are numbers')
  const bounds = Float32Array.from(new Set(tests.flatMap((test) => boundsOf(test)))).sort()
  const place = new Map([...bounds].map((bound, at) => [bound, at]))
  return {
    bins: { name, kind: 'number', bounds, binCount: bounds.length + 1 },
    unseenApart: false,
    testOf(test) {
      const { atMost, missingLeft: goesLeft } = test as ThresholdTest
      const cut = atMost === Infinity ? bounds.length : place.get(boundsOf(test as ThresholdTest)[0]!)!
      return { cut, flags: goesLeft ? missingLeft : 0, set: null }
    },
  }
}

function categoryColumn(
  name: string,
  tests: readonly SetTest[],
  { codes, names }: { readonly codes: readonly number[]; readonly names: readonly string[] },
): ExportColumn {
  const unseenApart = tests.some((test) => test.missingLeft === test.membersLeft)
  const binCount = names.length + (unseenApart ? 1 : 0)
  if (binCount > mostLevels)
    throw refused(name, `tests that name ${names.length} levels`, `at most ${mostLevels - 1} levels`)
  const bin = new Map(codes.map((code, at) => [code, at]))
  return {
    bins: { name, kind: 'category', levels: names, binCount },
    unseenApart,
    testOf(test) {
      const { codes: own, membersLeft, missingLeft: goesLeft } = test as SetTest
      const members = new Set(own.map((code) => bin.get(code)!))
      return bySetOf(binCount, goesLeft, (one) => members.has(one) === membersLeft)
    },
  }
}

const refused = (feature: string, received: string, expected: string): EbbError =>
  new EbbError({
    code: 'EXPORT_MODEL',
    kind: 'usage',
    where: `imported model, feature "${feature}"`,
    what: 'no exported file can hold a test of this model',
    expected,
    received,
    hint: 'use the file that it was imported from',
  })
