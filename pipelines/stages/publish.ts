import { join } from 'node:path'
import type { Engine } from '../../engines/engine.ts'
import { EbbError } from '../../core/errors.ts'
import type { Lock } from '../../store/lock.ts'
import type { ReadBack } from '../../store/publication.ts'
import { type PreparedPublication, type Published, preparePublication } from '../../store/publish.ts'
import type { StageContext } from '../context.ts'
import type { ScoredUsers } from './score-population.ts'
import { type ScoreFacts, excludedSelect, scoresSchemaVersion, scoresSelect } from './scored-table.ts'
import { writeSql } from './write-sql.ts'

/** The scores of one target and horizon. */
export interface ScoredPrediction {
  readonly scored: Pick<ScoredUsers, 'relation' | 'excluded'>
  readonly facts: ScoreFacts
}

export interface PublishRequest extends ScoredPrediction {
  /** Further targets and horizons, into the same table. */
  readonly others: readonly ScoredPrediction[]
  /** Relation of users in the engine. */
  readonly users: string
  readonly name: string
  /** `scores` and `excluded`. */
  readonly roots: { readonly scores: string; readonly excluded: string }
  readonly lock: Pick<Lock, 'assertHeld'>
}

/** Scores and excluded users, staged and read back. `commit` at most once; `discard` in the end, also after it. */
export interface PreparedScores {
  readonly rows: number
  commit(): Promise<Published>
  /** Removes what is still staged. Never throws. */
  discard(): Promise<void>
}

const part = 'part-00000.parquet'

/**
 * Stages scores and excluded users, so that what can fail has failed before either is published. Who is excluded is
 * published first: a reader that follows the scores always finds both.
 */
export async function prepareScores(context: StageContext, request: PublishRequest): Promise<PreparedScores> {
  const { engine, run } = context
  const { facts, users } = request
  const predictions: readonly ScoredPrediction[] = [request, ...request.others]
  const parts = predictions.map(({ scored, facts: own }) => ({ scored: scored.relation, facts: own }))
  const scores = scoresSelect(engine.dialect, users, parts)
  await writeSql(context, 'publish', [{ name: 'scores', sql: scores }])
  const metadata = {
    ebb_schema_version: scoresSchemaVersion,
    ebb_model: `${facts.modelName}@${facts.modelVersion}`,
    ebb_config_hash: facts.configHash,
  }
  const base = {
    name: request.name,
    asOf: facts.asOf,
    runId: run.id,
    schemaVersion: scoresSchemaVersion,
    publishedAt: context.now,
    lock: request.lock,
  }
  const writer = (sql: string) => async (folder: string) => {
    await engine.write(sql, join(folder, part), { signal: context.signal, metadata })
    return [{ file: part, rows: await countRows(engine, join(folder, part)) }]
  }
  const staged: PreparedPublication[] = []
  const discard = async (): Promise<void> => void (await Promise.all(staged.map((one) => one.discard())))
  try {
    const excluded = predictions.flatMap((one, i) => {
      const isFirst = predictions.findIndex((other) => other.facts.target === one.facts.target) === i
      return one.scored.excluded === null || !isFirst ? [] : [{ excluded: one.scored.excluded, facts: one.facts }]
    })
    if (excluded.length > 0)
      staged.push(
        await preparePublication({
          ...base,
          root: request.roots.excluded,
          writeParts: writer(excludedSelect(engine.dialect, users, excluded)),
          readBack: async () => undefined,
        }),
      )
    const prepared = await preparePublication({
      ...base,
      root: request.roots.scores,
      writeParts: writer(scores),
      readBack: readBackScores(engine),
      facts: {
        model: facts.modelName,
        modelVersion: facts.modelVersion,
        configHash: facts.configHash,
        key: ['user_id', 'target', 'horizon_days'],
      },
    })
    staged.push(prepared)
    return { rows: prepared.manifest.rows, commit: () => commitAll(staged), discard }
  } catch (error) {
    await discard()
    throw error
  }
}

/** In order; returns the last. */
async function commitAll(staged: readonly PreparedPublication[]): Promise<Published> {
  let last: Published | undefined
  for (const one of staged) last = await one.commit()
  return last!
}

/** The contract of a scores folder, checked on the files themselves: rows, unique key, ranges, no NULL where none may be. */
export function readBackScores(engine: Engine): ReadBack {
  return async (folder, manifest) => {
    const quoted = manifest.parts.map(({ file }) => engine.dialect.text(join(folder, file))).join(', ')
    const notNull = [
      'user_id',
      'as_of',
      'target',
      'horizon_days',
      'score_raw',
      'percentile',
      'decile',
      'rank',
      'tier',
      'lifecycle_stage',
      'holdout',
      'model_name',
      'model_version',
      'config_hash',
      'schema_version',
    ]
    const [found] = await engine.rows(
      [
        'SELECT count(*) AS n, count(DISTINCT (user_id, target, horizon_days)) AS keys,',
        'count(*) FILTER (probability < 0 OR probability > 1 OR score_raw < 0 OR score_raw > 1 OR isnan(score_raw) OR isnan(probability)) AS outside,',
        `count(*) FILTER (${notNull.map((name) => `${name} IS NULL`).join(' OR ')}) AS nulls`,
        `FROM read_parquet([${quoted}])`,
      ].join('\n'),
    )
    const faults = [
      { what: 'rows', expected: manifest.rows, received: Number(found!.n) },
      {
        what: 'different keys (user_id, target, horizon_days)',
        expected: Number(found!.n),
        received: Number(found!.keys),
      },
      { what: 'rows with a probability outside [0, 1]', expected: 0, received: Number(found!.outside) },
      { what: 'rows with NULL where none may be', expected: 0, received: Number(found!.nulls) },
    ].filter(({ expected, received }) => expected !== received)
    if (faults.length > 0)
      throw new EbbError({
        code: 'SCORES_BROKEN',
        kind: 'data',
        where: folder,
        what: `${faults[0]!.what} break the contract`,
        expected: String(faults[0]!.expected),
        received: String(faults[0]!.received),
        hint: 'nothing was published',
      })
  }
}

async function countRows(engine: Engine, path: string): Promise<number> {
  const [row] = await engine.rows(`SELECT count(*) AS n FROM read_parquet(${engine.dialect.text(path)})`)
  return Number(row!.n)
}
