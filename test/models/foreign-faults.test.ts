import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Column, missingCode } from '../../core/dataset.ts'
import { EbbError } from '../../core/errors.ts'
import { contributionsOf } from '../../models/explanation.ts'
import { type ImportedModel, importedModel } from '../../models/formats/imported.ts'

const fileOf = (name: string): string => readFileSync(new URL(`../golden/foreign/${name}`, import.meta.url), 'utf8')
const read = (text: string) => importedModel(new TextEncoder().encode(text), 'model.txt')
const lightgbm = fileOf('lightgbm.txt')
const xgboost = fileOf('xgboost-3.2.0-names.json')

describe('foreign files: what cannot be read says where and why', () => {
  it.each([
    ['', 'model.txt: not a model of LightGBM or XGBoost, expected a text model'],
    ['{', 'model.txt: not valid JSON'],
    ['{"a": 1}', 'model.txt: not a model of LightGBM or XGBoost'],
    ['tree\n', 'model.txt: num_class is missing, expected num_class=…'],
    [
      lightgbm.replace('num_class=1', 'num_class=3'),
      'model.txt: num_class: the model has several outputs, expected 1, got 3',
    ],
    [
      lightgbm.replace('objective=binary', 'objective=lambdarank'),
      'objective: the model does not predict a probability',
    ],
    [
      lightgbm.replace('objective=binary sigmoid:1', 'objective=regression'),
      'the leaves do not add up to probabilities',
    ],
    [lightgbm.replace('is_linear=0', 'is_linear=1'), 'model.txt: Tree=0: the leaves hold linear models'],
    [lightgbm.slice(0, 9000), 'model.txt: the file is cut, expected end of trees'],
    [lightgbm.replace(/left_child=\d+/, 'left_child=9'), 'model.txt: Tree=0: a child hangs in two places'],
    [
      lightgbm.replace(/left_child=\d+/, 'left_child=99'),
      'model.txt: Tree=0: a child is outside the tree, expected below 14, got 99',
    ],
    [
      lightgbm.replace(/split_feature=\d+/, 'split_feature=7'),
      'node 0 splits feature 7 as a number, expected a number, got none',
    ],
    [lightgbm.replace(/leaf_value=\S+/, 'leaf_value=x'), 'Tree=0: leaf_value cannot be read, expected numbers, got x'],
    [
      lightgbm.replace(/leaf_value=\S+ /, 'leaf_value='),
      'Tree=0: leaf_value has the wrong length, expected 15 numbers, got 14',
    ],
    [
      lightgbm.replace(/pandas_categorical:.*/, 'pandas_categorical:[["a"],["b"]]'),
      'the levels cannot be matched to features',
    ],
    [xgboost.replace('binary:logistic', 'multi:softprob'), 'does not predict a probability, expected binary:logistic'],
    [
      xgboost.replace('"gbtree"', '"gblinear"'),
      'model.txt: learner.gradient_booster.name: not a tree model of XGBoost',
    ],
    [
      xgboost.replace(/"base_score":"[^"]*"/, '"base_score":"2"'),
      'base_score: not a probability, expected between 0 and 1, got 2',
    ],
  ])('case %#: "%s"', (text, message) => {
    const fault = faultOf(() => read(text))
    expect(fault.kind).toBe('data')
    expect(fault.message).toContain(message)
  })

  it('a path of 300 thresholds on one feature is refused, 253 are not', () => {
    expect(read(comb(253))).toBeDefined()
    expect(faultOf(() => read(comb(300))).message).toContain('tests one feature against more than 253 values')
  })

  it.each<[string, () => string, string | null]>([
    ['nesting of 200,000 lists', () => `{"learner":${'['.repeat(200_000)}`, 'not valid JSON'],
    ['a dump of 10,000 levels', () => comb(10_000), 'tests one feature against more than 253 values'],
    ['4 billion leaves', () => lightgbm.replace('num_leaves=15', 'num_leaves=4000000000'), 'has the wrong length'],
    ['9e15 categories', () => lightgbm.replace(/num_cat=\d+/, 'num_cat=9007199254740991'), 'has the wrong length'],
    ['a billion features', () => withXgboost(({ about }) => (about['num_feature'] = '1000000000')), 'num_feature'],
    ['trees in parallel: NaN', () => withXgboost(({ model }) => parallelTrees(model, 'NaN')), 'num_parallel_tree'],
    ['a base that is no number', () => logitraw('NaN'), 'base_score: not a number'],
    ['children in a circle', () => withXgboost(({ tree }) => (tree['left_children']![1] = 0)), 'hangs in two places'],
    [
      'a child behind the last',
      () => withXgboost(({ tree }) => (tree['right_children']![0] = 4e6)),
      'outside the tree',
    ],
    [
      'thresholds that are NaN',
      () => withXgboost(({ tree }) => tree['split_conditions']!.fill('NaN' as never)),
      'a leaf has no usable value',
    ],
    [
      'one threshold that is NaN',
      () => withXgboost(({ tree }) => (tree['split_conditions']![0] = 'NaN' as never)),
      null,
    ],
    ['a leaf of 1e39', () => lightgbm.replace(/leaf_value=\S+/, 'leaf_value=1e39'), 'a leaf has no usable value'],
    ['3,000 sets of 100,000 categories each in one list', () => overlapping(3000, 100_000), 'sets overlap'],
    ['a set that two nodes share', () => sharedSet(), 'has the set of another node'],
    [
      'features called constructor and __proto__',
      () => lightgbm.replaceAll('recency', 'constructor').replaceAll('trend', '__proto__'),
      null,
    ],
  ])('hostile: %s: refused or read within 2 s and 300 MB', async (_, make, message) => {
    const text = make()
    const [began, before] = [performance.now(), process.memoryUsage().rss]
    if (message === null) await asked(read(text))
    else expect(faultOf(() => read(text)).message).toContain(message)
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6)
  })

  it.each([
    ['lightgbm.txt', 300],
    ['lightgbm-dump.json', 150],
    ['xgboost-3.2.0-names.json', 200],
    ['xgboost-1.7.6-dart.json', 150],
  ])(
    '%s with bytes changed, cut out and repeated, %i times: a model that answers, or an error of kind data',
    async (name, runs) => {
      const bytes = new TextEncoder().encode(fileOf(name))
      const spot = fc.record({
        at: fc.nat(bytes.length - 1),
        cut: fc.nat(40),
        text: fc.oneof(
          fc.string({ maxLength: 5 }),
          fc.constantFrom('-1', '1e999', '9007199254740993', '""', '[]', 'null', '\n', '-', '.5', ',', 'NaN', '{}'),
        ),
      })
      const damaged = fc.oneof(
        fc.array(spot, { minLength: 1, maxLength: 4 }),
        fc.nat(bytes.length).map((length) => [{ at: length, cut: bytes.length, text: '' }]),
      )
      await fc.assert(
        fc.asyncProperty(damaged, async (spots) => {
          let text = new TextDecoder().decode(bytes)
          for (const { at, cut, text: put } of spots) text = text.slice(0, at) + put + text.slice(at + cut)
          try {
            await asked(importedModel(new TextEncoder().encode(text), name))
          } catch (error) {
            expect(error).toBeInstanceOf(EbbError)
            expect((error as EbbError).kind).toBe('data')
          }
        }),
        { numRuns: runs, seed: 1 },
      )
    },
  )
})

/** Any features, four rows: every answer is finite. */
async function asked(model: ImportedModel): Promise<void> {
  const { features } = model.foreign
  if (features.length > 100) return
  const columns = features.map((feature): Column => {
    if (feature.kind === 'number') return { kind: 'number', values: Float32Array.of(0, 1.5, -Infinity, Number.NaN) }
    const levels = feature.levels === 'codes' ? ['0', '1', '2'] : feature.levels
    return { kind: 'category', codes: Uint16Array.of(0, 1, 2, missingCode), levels: [...new Set(levels)] }
  })
  const names = features.map(({ name }) => name)
  const x = { names, columns, rowCount: 4, users: new Uint32Array(4), cutoffs: new Uint16Array(4) }
  const p = await model.predict(x)
  expect(p.every((value) => value >= 0 && value <= 1)).toBe(true)
  const explanation = model.explain(x)
  if (explanation !== null) expect((await contributionsOf(explanation)).values.every(Number.isFinite)).toBe(true)
}

interface XgboostParts {
  readonly about: Record<string, string>
  readonly model: Record<string, Record<string, string>>
  readonly tree: Record<string, number[]>
}

/** XGBoost's file with something in it changed. */
function withXgboost(change: (parts: XgboostParts) => void): string {
  const document = JSON.parse(xgboost)
  const { learner_model_param: about, gradient_booster } = document.learner
  change({ about, model: gradient_booster.model, tree: gradient_booster.model.trees[0] })
  return JSON.stringify(document)
}

const parallelTrees = (model: XgboostParts['model'], count: string): void => {
  model['gbtree_model_param'] = { num_parallel_tree: count }
}

const logitraw = (base: string): string =>
  withXgboost(({ about }) => (about['base_score'] = base)).replaceAll('binary:logistic', 'binary:logitraw')

/** Every set of every node is the whole list: few bytes that would take gigabytes. */
function overlapping(nodes: number, codes: number): string {
  return withXgboost(({ tree }) => {
    tree['categories'] = Array.from({ length: codes }, (_, code) => code)
    tree['categories_nodes'] = Array.from({ length: nodes }, (_, node) => node)
    tree['categories_segments'] = Array.from({ length: nodes }, () => 0)
    tree['categories_sizes'] = Array.from({ length: nodes }, () => codes)
  })
}

/** The first tree with two nodes by category; their numbers of sets become equal. */
function sharedSet(): string {
  const tree = lightgbm.split('Tree=').find((block) => Number(/num_cat=(\d+)/.exec(block)?.[1] ?? 0) > 1)!
  const decisions = /decision_type=(.*)/.exec(tree)![1]!.split(' ').map(Number)
  const thresholds = /threshold=(.*)/.exec(tree)![1]!.split(' ')
  const shared = thresholds.map((value, node) => ((decisions[node]! & 1) === 1 ? '0' : value)).join(' ')
  return lightgbm.replace(thresholds.join(' '), shared)
}

function faultOf(work: () => unknown): EbbError {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(EbbError)
    return error as EbbError
  }
  throw new Error('nothing was thrown')
}

/** A tree that goes `count` thresholds down one path; as JSON without schema, in LightGBM's dump. */
function comb(count: number): string {
  const leaf = (value: number): string => `{"leaf_value":${value},"leaf_count":1}`
  const node = (k: number): string =>
    `{"split_feature":0,"threshold":${k},"decision_type":"<=","default_left":true,"missing_type":"NaN","left_child":${leaf(0.5)},"right_child":`
  const root = `${Array.from({ length: count }, (_, k) => node(count - k)).join('')}${leaf(1)}${'}'.repeat(count)}`
  const head = '"version":"v4","num_class":1,"num_tree_per_iteration":1,"objective":"binary sigmoid:1"'
  return `{${head},"feature_names":["a"],"feature_infos":{"a":{"values":[]}},"tree_info":[{"tree_structure":${root}}]}`
}
