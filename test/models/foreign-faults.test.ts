import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EbbError } from '../../core/errors.ts'
import { importedModel } from '../../models/formats/imported.ts'

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

  it.each([
    ['lightgbm.txt', 400],
    ['lightgbm-dump.json', 200],
    ['xgboost-3.2.0-names.json', 300],
    ['xgboost-1.7.6-dart.json', 200],
  ])('%s with bytes changed, cut out and repeated, %i times: a model, or an error of kind data', (name, runs) => {
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
    fc.assert(
      fc.property(damaged, (spots) => {
        let text = new TextDecoder().decode(bytes)
        for (const { at, cut, text: put } of spots) text = text.slice(0, at) + put + text.slice(at + cut)
        try {
          importedModel(new TextEncoder().encode(text), name)
        } catch (error) {
          expect(error).toBeInstanceOf(EbbError)
          expect((error as EbbError).kind).toBe('data')
        }
      }),
      { numRuns: runs, seed: 1 },
    )
  })
})

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
  let root: object = { leaf_value: 1, leaf_count: 1 }
  for (let k = 0; k < count; k++)
    root = {
      split_feature: 0,
      threshold: k,
      decision_type: '<=',
      default_left: true,
      missing_type: 'NaN',
      left_child: { leaf_value: 0.5, leaf_count: 1 },
      right_child: root,
    }
  return JSON.stringify({
    version: 'v4',
    num_class: 1,
    num_tree_per_iteration: 1,
    objective: 'binary sigmoid:1',
    feature_names: ['a'],
    feature_infos: { a: { values: [] } },
    tree_info: [{ tree_structure: root }],
  })
}
