import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Leaderboard, LeaderboardEntry, RunRecord } from '../../core/artifacts.ts'

/** A finished run of two models, as small as the readers of runs allow. */
export function writeRun(runsDir: string, { id, logLoss, seed }: { id: string; logLoss: number; seed: number }): void {
  const dir = join(runsDir, id)
  mkdirSync(dir, { recursive: true })
  const write = (name: string, value: unknown): void => writeFileSync(join(dir, name), JSON.stringify(value))
  write('run.json', recordOf(id, seed))
  write('leaderboard.json', boardOf(logLoss))
  write('config.resolved.json', { experiment: 'shop', seed })
  write('params.json', { experiment: 'shop', seed })
  write('inputs.json', [{ source: 'app', uri: 'app.csv', bytes: 1, rows: 1, sha256: 'a'.repeat(64) }])
  write('metrics.json', {
    winner: 'boosted',
    'test.boosted.log_loss': logLoss,
    'test.boosted.log_loss_low': logLoss - 0.01,
    'test.boosted.auc': 0.8,
  })
}

function recordOf(id: string, seed: number): RunRecord {
  return {
    schemaVersion: 1,
    id,
    experiment: 'shop',
    command: 'ebb run shop.yaml',
    status: 'SUCCEEDED',
    key: null,
    attempt: 1,
    asOf: '2026-01-01',
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:01:05.000Z',
    durationMs: 65_000,
    exitCode: 0,
    error: null,
    configHash: '0123456789ab',
    seed,
    versions: { ebb: '0.1.0', node: '20.19.0', engine: 'duckdb 1.5.6' },
    git: null,
    host: { name: 'host', pid: 1, bootId: null },
    scores: 'scores/shop/v1/2026-01-01',
    winner: 'boosted',
  }
}

function boardOf(logLoss: number): Leaderboard {
  return {
    chooseBy: 'log_loss',
    winner: 'boosted',
    winnerReason: 'best log_loss on select',
    bestBaseline: 'base_rate',
    models: [entryOf('boosted', logLoss), { ...entryOf('base_rate', logLoss + 0.2), isBaseline: true }],
    shipped: { model: 'boosted', cutoffs: ['2025-12-01'], rows: 100, calibrator: 'platt', fixed: {} },
  }
}

function entryOf(model: string, logLoss: number): LeaderboardEntry {
  const around = (value: number) => ({ value, low: value - 0.01, high: value + 0.01 })
  return {
    model,
    kind: model,
    isBaseline: false,
    complexity: 3,
    calibrator: 'platt',
    threshold: 0.5,
    metrics: {
      train: { log_loss: around(logLoss - 0.02), auc: around(0.82) },
      select: { log_loss: around(logLoss - 0.01), auc: around(0.81) },
      test: { log_loss: around(logLoss), auc: around(0.8) },
    },
    versusBaseline: { metric: 'log_loss', value: -0.2, low: -0.21, high: -0.19 },
    notBetterThanBaseline: false,
    tiedWithBest: model === 'boosted',
  }
}
