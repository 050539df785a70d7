import { describe, expect, it } from 'vitest'
import type { Dataset } from '../../core/dataset.ts'
import { EbbError } from '../../core/errors.ts'
import { checkFit } from '../../models/guards.ts'
import { packModel, unpackModel } from '../../models/pack.ts'
import { bytesOf, doublesOf, floatsOf } from '../../models/saved.ts'
import { fitTransform, loadTransform } from '../../models/transforms.ts'
import { fitOn, suiteRows } from './suite-data.ts'

const model = {
  header: { estimator: 'x', text: 'ä', number: 0.1 },
  buffers: new Map([
    ['b', Uint8Array.of(1, 2, 3)],
    ['a', bytesOf(Float64Array.of(Math.PI))],
  ]),
}

describe('pack', () => {
  it('gives back header and buffers, each at a multiple of 8 bytes, whatever their order', () => {
    const packed = packModel(model)
    expect(packed.length % 8).toBe(0)
    const back = unpackModel(packed)
    expect(back.header).toEqual(model.header)
    expect(doublesOf(back, 'a', 1)[0]).toBe(Math.PI)
    expect([...back.buffers.get('b')!]).toEqual([1, 2, 3])
    expect(packModel({ ...model, buffers: new Map([...model.buffers].reverse()) })).toEqual(packed)
  })

  it('reads from any offset of a larger file', () => {
    const packed = packModel(model)
    const shifted = new Uint8Array(packed.length + 3)
    shifted.set(packed, 3)
    expect(unpackModel(shifted.subarray(3))).toEqual(unpackModel(packed))
  })

  it('notices every changed or missing byte', () => {
    const packed = packModel(model)
    for (let at = 0; at < packed.length; at++) {
      const changed = packed.slice()
      changed[at]! ^= 1
      expect(() => unpackModel(changed)).toThrow(EbbError)
      expect(() => unpackModel(packed.subarray(0, at))).toThrow(EbbError)
    }
    expect(() => unpackModel(packed.slice(0, -8), 'model/winner.ebb')).toThrow(
      /model\/winner\.ebb: the bytes were cut or changed/,
    )
    expect(() => unpackModel(Uint8Array.of(1, 2), 'x')).toThrow(/x: not a packed model/)
  })
})

describe('saved buffers', () => {
  it('are refused with expected and received length', () => {
    expect(() => doublesOf(model, 'a', 2)).toThrow(/buffer "a" cannot be read, expected 16 bytes, got 8/)
    expect(() => floatsOf(model, 'c', 1)).toThrow(/buffer "c" cannot be read, expected 4 bytes, got none/)
  })
  it('are copies: a model does not change with the array it was saved from', () => {
    const values = Float64Array.of(1)
    const bytes = bytesOf(values)
    values[0] = 2
    expect(new Float64Array(bytes.buffer)[0]).toBe(1)
  })
})

describe('checkFit', () => {
  const { x, y } = suiteRows(20)
  it('names wrong labels and weights with their row', () => {
    expect(() => checkFit('gbdt', fitOn(x, y.slice(1)))).toThrow(
      /fit gbdt, train: labels do not match the rows, expected 20 labels, got 19/,
    )
    const odd = y.slice()
    odd[3] = 2
    expect(() => checkFit('gbdt', fitOn(x, odd))).toThrow(/a label is not 0 or 1, expected 0 or 1, got 2 in row 3/)
    const weights = new Float32Array(20).fill(1)
    weights[4] = Number.NaN
    expect(() => checkFit('gbdt', fitOn({ ...x, weights }, y))).toThrow(/a row weight is unusable.*got NaN in row 4/)
    expect(() => checkFit('gbdt', fitOn(x, y, { valid: { x, y: new Uint8Array(3) } }))).toThrow(/fit gbdt, valid/)
  })
})

describe('quantile score', () => {
  const table = (values: readonly number[], weights?: readonly number[]): Dataset => ({
    names: ['recency'],
    columns: [{ kind: 'number', values: Float32Array.from(values) }],
    rowCount: values.length,
    users: new Uint32Array(values.length),
    cutoffs: new Uint16Array(values.length),
    ...(weights && { weights: Float32Array.from(weights) }),
  })
  const spec = { transform: 'quantile_score', from: 'recency', bins: 5, descending: false } as const
  const scores = (train: Dataset, x: Dataset, descending = false): number[] => {
    const column = loadTransform(JSON.parse(JSON.stringify(fitTransform({ ...spec, descending }, train).save()))).apply(
      x,
    )
    return column.kind === 'number' ? [...column.values] : []
  }
  const ten = table([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])

  it('of 1..10: 1 2 -> 1, 3 4 -> 2, … 9 10 -> 5; outside train 1 and 5', () => {
    expect(scores(ten, ten)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    expect(scores(ten, table([-9, 2.5, 99]))).toEqual([1, 2, 5])
  })
  it('descending: the smallest get 5', () => {
    expect(scores(ten, ten, true)).toEqual([5, 5, 4, 4, 3, 3, 2, 2, 1, 1])
  })
  it('equal values score equal; missing and infinite ones stay missing', () => {
    expect(scores(table([0, 0, 0, 0, 1]), table([0, 1, Number.NaN, Infinity]))).toEqual([1, 5, Number.NaN, Number.NaN])
    expect(scores(table([Number.NaN]), table([1]))).toEqual([Number.NaN])
  })
  it('a row of weight 3 is three rows', () => {
    expect(scores(table([1, 2, 3], [3, 1, 1]), table([1, 2, 3]))).toEqual(
      scores(table([1, 1, 1, 2, 3]), table([1, 2, 3])),
    )
  })
  it('refuses one bin, a missing column and foreign JSON', () => {
    expect(() => fitTransform({ ...spec, bins: 1 }, ten)).toThrow(/bins must be an integer >= 2, got 1/)
    expect(() => fitTransform({ ...spec, from: 'spend' }, ten)).toThrow(/feature "spend" is missing/)
    expect(() => loadTransform({ transform: 'log' })).toThrow(/saved transform: not a fitted transform/)
  })
})
