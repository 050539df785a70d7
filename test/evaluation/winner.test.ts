import { describe, expect, it } from 'vitest'
import type { EvaluatedModel } from '../../evaluation/bootstrap.ts'
import { metricByName } from '../../evaluation/registry.ts'
import { chooseWinner } from '../../evaluation/winner.ts'

const model = (name: string, metric: string, value: number, replicates: number[]): EvaluatedModel => ({
  name,
  metrics: { [metric]: { value, low: Number.NaN, high: Number.NaN } },
  replicates: { [metric]: Float64Array.from(replicates) },
})
const candidates = [
  { name: 'base', complexity: 0, isBaseline: true },
  { name: 'logistic', complexity: 2, isBaseline: false },
  { name: 'gbdt', complexity: 4, isBaseline: false },
]
const logLoss = metricByName('log_loss')

describe('chooseWinner', () => {
  it('the simplest within one paired standard error of the best wins: .402 is tied with .400 at an error of .003', () => {
    const choice = chooseWinner(
      logLoss,
      [
        model('gbdt', 'log_loss', 0.4, [0.4, 0.4, 0.4]),
        model('logistic', 'log_loss', 0.402, [0.399, 0.402, 0.405]),
        model('base', 'log_loss', 0.5, [0.5, 0.5, 0.5]),
      ],
      candidates,
    )
    expect(choice.winner).toBe('logistic')
    expect(choice.ranking).toEqual([
      { name: 'gbdt', tiedWithBest: true },
      { name: 'logistic', tiedWithBest: true },
      { name: 'base', tiedWithBest: false },
    ])
    expect(choice.bestBaseline).toBe('base')
    expect(choice.reason).toBe(
      'simplest of 2 models within one paired standard error of the best log_loss on select (gbdt)',
    )
  })

  it('noise that both models share is no tie: replicates far apart but always .002 better', () => {
    const shared = [0.3, 0.4, 0.5]
    const choice = chooseWinner(
      logLoss,
      [
        model('gbdt', 'log_loss', 0.4, shared),
        model(
          'logistic',
          'log_loss',
          0.402,
          shared.map((value) => value + 0.002),
        ),
      ],
      candidates,
    )
    expect(choice.winner).toBe('gbdt')
    expect(choice.reason).toContain('alone within one standard error')
    expect(choice.bestBaseline).toBeNull()
  })

  it('maximised and targeted metrics are turned round: AUC .8 beats .7, slope .95 beats 1.2', () => {
    const auc = chooseWinner(
      metricByName('auc'),
      [model('logistic', 'auc', 0.7, [0.7, 0.7]), model('gbdt', 'auc', 0.8, [0.8, 0.8])],
      candidates,
    )
    expect(auc.winner).toBe('gbdt')
    const slope = chooseWinner(
      metricByName('calibration_slope'),
      [model('logistic', 'calibration_slope', 1.2, [1.2, 1.2]), model('gbdt', 'calibration_slope', 0.95, [0.95, 0.95])],
      candidates,
    )
    expect(slope.winner).toBe('gbdt')
  })

  it('a baseline can win and is named as one; equal values rank by complexity', () => {
    const equal = [0.4, 0.41]
    const choice = chooseWinner(
      logLoss,
      [model('gbdt', 'log_loss', 0.4, equal), model('base', 'log_loss', 0.4, equal)],
      candidates,
    )
    expect(choice.winner).toBe('base')
    expect(choice.ranking.map((one) => one.name)).toEqual(['base', 'gbdt'])
    expect(choice.reason).toContain('it is a baseline: no model earned its place')
  })

  it('undefined values rank last; undefined for all is an error', () => {
    const choice = chooseWinner(
      logLoss,
      [model('gbdt', 'log_loss', Number.NaN, [Number.NaN]), model('logistic', 'log_loss', 0.6, [0.6])],
      candidates,
    )
    expect(choice.winner).toBe('logistic')
    expect(choice.ranking.at(-1)).toEqual({ name: 'gbdt', tiedWithBest: false })
    expect(() => chooseWinner(logLoss, [model('gbdt', 'log_loss', Number.NaN, [])], candidates)).toThrow(
      'metric "log_loss" is undefined on the select part',
    )
    expect(() => chooseWinner(logLoss, [model('forest', 'log_loss', 1, [])], candidates)).toThrow('no candidate')
  })
})
