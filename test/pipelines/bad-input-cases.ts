import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openEngine } from '../../engines/registry.ts'
import { tinyShopConfig, tinyShopLines } from '../support/tiny-shop.ts'

/** 60 users over 300 days, one small model: what is wrong is found before anything is trained. */
export const config = tinyShopConfig
  .replace('features: { lookbackDays: [30] }', 'features: { use: [transaction], lookbackDays: [30] }')
  .replace(/models:\n(  .*\n)+/, 'models: { logistic: { kind: logistic, l1Ratio: 0, strength: 0.1 } }\n')
export const lines = tinyShopLines(60)
const rows = 1_479

interface Given {
  readonly lines?: readonly string[]
  readonly config?: string
  /** After the config's path. */
  readonly argv?: readonly string[]
  readonly prepare?: (folder: string) => Promise<unknown>
}

export interface Case extends Given {
  readonly name: string
  readonly code: 2 | 20
  /** All of stderr but finished stages; `<folder>` is the folder of config and data. */
  readonly says: string
}

/** The config with `part` replaced; a part that is not there is a fault of the test. */
function having(part: string, instead: string): string {
  if (!config.includes(part)) throw new Error(`not in the config: ${part}`)
  return config.replace(part, instead)
}

const day = (number: number): string =>
  new Date(Date.parse('2025-01-01') + number * 86_400_000).toISOString().slice(0, 10)
/** 40 users who all buy every third day for 300 days. */
const steadyBuyers = Array.from(
  { length: 40 * 100 },
  (_, i) => `u${i % 40},${day(3 * Math.floor(i / 40))},purchase,5,app`,
)

async function writeParquet(folder: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  const path = join(folder, 'events.parquet')
  const signal = new AbortController().signal
  const engine = await openEngine({ kind: 'duckdb' }, { threads: 1, memoryBytes: 1e9, workDirectory: folder, signal })
  await engine.write(
    `SELECT 'u' || (range % 100) AS "user", TIMESTAMP '2025-01-01' + INTERVAL 1 HOUR * range AS "time", 'purchase' AS "type", 1.5 AS amount, 'app' AS channel FROM range(5000)`,
    path,
  )
  await engine.close()
  await writeFile(path, change(await readFile(path)))
}

const twoSources = having(
  'churn:\n',
  `  web:
    path: web.csv
    userIdType: integer
    columns: { user_id: user, event_time: time }
    set: { event_type: view }
churn:
`,
)

export const cases: readonly Case[] = [
  {
    name: 'missing file',
    config: having('events.csv', 'event.csv'),
    code: 20,
    says: 'ebb: sources.shop: event.csv: no such file, expected a file, relative to the config\'s folder; did you mean "events.csv"?',
  },
  {
    name: 'a folder instead of a file',
    config: having('events.csv', '.'),
    code: 20,
    says: 'ebb: sources.shop: .: is a folder, not a file; name the files in it, e.g. ./*.parquet',
  },
  {
    name: 'empty file of 0 bytes',
    prepare: (folder) => writeFile(join(folder, 'events.csv'), ''),
    code: 20,
    says: 'ebb: sources.shop: events.csv: the file is empty, expected events, got 0 bytes',
  },
  {
    name: 'empty file with a header',
    lines: [],
    code: 20,
    says: 'ebb: sources.shop: events.csv: no rows, expected at least one, got 0 rows',
  },
  {
    name: 'wrong column name',
    config: having('amount: amount', 'amount: amont'),
    code: 20,
    says: 'ebb: sources.shop: events.csv: no column "amont", expected one of user, time, type, amount, channel, got "amont"; did you mean "amount"?',
  },
  {
    name: 'text in a numeric column',
    lines: [...lines, 'u0001,2025-05-01T00:00:00,purchase,twelve,app'],
    code: 20,
    says: `ebb: sources.shop: events.csv, line ${rows + 2}, column "amount": not a number, expected a number such as 12.50, got "twelve"; 1 of 1,480 rows, kept in rejects/shop.parquet`,
  },
  {
    name: 'a timestamp that cannot be read',
    lines: [...lines, 'u0001,yesterday,purchase,12,app'],
    code: 20,
    says: `ebb: sources.shop: events.csv, line ${rows + 2}, column "time": a time that cannot be read, expected YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS with or without Z or +HH:MM, got "yesterday"; 1 of 1,480 rows, kept in rejects/shop.parquet; timestampFormat or timeUnit declare other writings`,
  },
  {
    name: 'a user id that is null',
    lines: [...lines, ',2025-05-01T00:00:00,purchase,12,app'],
    code: 20,
    says: `ebb: sources.shop: events.csv, line ${rows + 2}, column "user": the user id is null, expected an id, got nothing; 1 of 1,480 rows, kept in rejects/shop.parquet`,
  },
  {
    name: 'two faults of rows are two lines',
    lines: [...lines, ',2025-05-01T00:00:00,purchase,12,app', 'u1,2025-05-01,purchase,x,app'],
    code: 20,
    says: [
      `ebb: sources.shop: events.csv, line ${rows + 2}, column "user": the user id is null, expected an id, got nothing; 1 of 1,481 rows, kept in rejects/shop.parquet`,
      `ebb: sources.shop: events.csv, line ${rows + 3}, column "amount": not a number, expected a number such as 12.50, got "x"; 1 of 1,481 rows, kept in rejects/shop.parquet`,
      '2 faults; ebb explain CODE tells more: ROWS_REJECTED',
    ].join('\n'),
  },
  {
    name: 'one class only',
    lines: steadyBuyers,
    code: 20,
    says: 'ebb: part train: holds one class only, expected users who churned and users who stayed, got 288 rows, all stayed; look at churn.labels, churn.eligible and the cutoffs: `ebb check CONFIG --data` shows the churn rate of each',
  },
  {
    name: 'horizon longer than the data',
    config: having('horizonDays: 30', 'horizonDays: 900'),
    code: 20,
    says: 'ebb: churn.horizonDays: no cutoff can be closed: the horizon is longer than the data, expected at least 901 days of data (1 before the cutoff, gap 0, horizon 900, source delay 0), got 298 days, 2025-01-03 to 2025-10-28',
  },
  {
    name: 'no eligible user at any cutoff',
    lines: [...lines.filter((line) => !line.includes('complaint')), 'u0001,2025-01-02T00:00:00,complaint,,app'],
    config: having('events: [purchase], withinDays: 60', 'events: [complaint], withinDays: 1'),
    code: 20,
    says: 'ebb: churn.eligible: no user is eligible, expected users who were active before the day, so that they can churn after it, got 0 users at 15 cutoffs from 2025-03-01 to 2025-09-27; withinDays may be too short, or these events too rare; `ebb check CONFIG --data` counts the users of each cutoff',
  },
  {
    name: 'no eligible user to score',
    argv: ['-s', 'dataEnd=2026-02-15', '-s', 'cutoffs.to=2025-09-27', '-s', 'evaluate.bootstrap=0'],
    code: 20,
    says: 'ebb: churn.eligible: no user is eligible, expected users who were active before the day, so that they can churn after it, got 0 users at 2026-02-15; withinDays may be too short, or these events too rare; `ebb check CONFIG --data` counts the users of each cutoff',
  },
  {
    name: 'stale source',
    config: having('shop:\n', 'shop:\n    maxAgeDays: 2\n'),
    argv: ['--as-of', '2025-12-01'],
    code: 20,
    says: 'ebb: sources.shop: stale: last event on 2025-10-27, 34 days before 2025-12-01, expected at most 2 days old',
  },
  {
    name: 'cutoff in the future',
    config: having('from: 2025-03-01', 'from: 2025-03-01, to: 2027-01-01'),
    code: 20,
    says: 'ebb: cutoffs: a cutoff lies after the end of the data, expected at most 2025-10-28, got 2027-01-01',
  },
  {
    name: 'as-of in the future',
    argv: ['--as-of', '2027-01-01'],
    code: 20,
    says: 'ebb: --as-of: lies after the end of the data, expected at most 2025-10-28 (the day after the last event, 2025-10-27), got 2027-01-01; wait for the data, or score as of an earlier day',
  },
  {
    name: 'as-of that is no day',
    argv: ['--as-of', 'tomorrow'],
    code: 2,
    says: 'ebb: --as-of: not a calendar day, expected YYYY-MM-DD between 1970-01-01 and 2149-06-06, got "tomorrow"',
  },
  {
    name: 'unknown key',
    config: having('bootstrap: 20', 'bootstraps: 20'),
    code: 2,
    says: '<folder>/shop.yaml:18:13  evaluate.bootstraps: unknown key, did you mean "bootstrap"?\n  18 | evaluate: { bootstraps: 20, importance: { repeats: 1, maxRows: 100 } }',
  },
  {
    name: 'wrong type',
    config: having('horizonDays: 30', 'horizonDays: thirty'),
    code: 2,
    says: '<folder>/shop.yaml:12:16  churn.horizonDays: wrong type, expected a whole number from 1 to 3660, got "thirty"\n  12 |   horizonDays: thirty',
  },
  {
    name: 'two sources with clashing ids',
    config: twoSources,
    prepare: (folder) => writeFile(join(folder, 'web.csv'), 'user,time\n7,2025-05-01\n8,2025-05-02\n'),
    code: 20,
    says: 'ebb: sources.web: web.csv: user ids of another kind than in the other source, expected text as in sources.shop (events.csv), got integers; map one onto the other with ids, or declare userIdType',
  },
  {
    name: 'one id that leads to two users',
    config: having('events.csv\n', 'events.csv\n    ids: { table: ids.csv, from: from, to: to }\n'),
    prepare: (folder) => writeFile(join(folder, 'ids.csv'), 'from,to\nu0001,a\nu0001,b\nu0002,c\n'),
    code: 20,
    says: 'ebb: sources.shop.ids: ids.csv, column "from": id "u0001" leads to two users, expected one user per id, got a and b',
  },
  {
    name: 'truncated Parquet',
    config: having('events.csv', 'events.parquet'),
    prepare: (folder) => writeParquet(folder, (bytes) => bytes.subarray(0, bytes.length - 100)),
    code: 20,
    says: 'ebb: sources.shop: events.parquet: not a whole Parquet file, its end is missing; was it cut off while it was copied?',
  },
  {
    name: 'config file missing',
    argv: ['--', '<folder>/other.yaml'],
    code: 2,
    says: 'ebb: <folder>/other.yaml: there is no such file, expected a config in YAML',
  },
  {
    name: 'label event that does not occur',
    config: having(
      'silent: { kind: no_event_in_window, events: [purchase] }',
      'silent: { kind: explicit, events: [quit] }',
    ),
    code: 20,
    says: 'ebb: churn.labels.silent.events: no event of this type in the data, expected one of complaint, purchase, view, got "quit"',
  },
]
