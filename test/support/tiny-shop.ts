import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../configs/load.ts'
import { createRandom } from '../../core/random.ts'
import type { Emit } from '../../core/stage.ts'
import type { TrainRequest } from '../../pipelines/train.ts'

const millisecondsPerDay = 86_400_000
const start = Date.parse('2025-01-01T00:00:00Z')

/**
 * A shop of `users` users over 300 days from 2025-01-01 as CSV lines `user,time,type,amount,channel`: each has a steady
 * pace of orders and a day on which most fall silent, so that recency, frequency and complaints tell who will not return.
 */
export function tinyShopLines(users = 240, seed = 1): string[] {
  const random = createRandom(seed)
  const lines: string[] = []
  for (let user = 0; user < users; user++) {
    const own = random.child(`user/${user}`)
    const pace = 3 + own.integer(20)
    const leaves = own.next() < 0.6 ? 60 + own.integer(240) : 400
    for (
      let day = own.integer(60);
      day < Math.min(300, leaves);
      day += 1 + Math.floor(-Math.log(1 - own.next()) * pace)
    ) {
      const time = new Date(start + day * millisecondsPerDay + own.integer(86_400) * 1000).toISOString().slice(0, 19)
      const type = own.next() < 0.5 ? 'purchase' : leaves - day < 30 && own.next() < 0.5 ? 'complaint' : 'view'
      const amount = type === 'purchase' ? (5 + own.integer(5_000) / 100).toFixed(2) : ''
      lines.push(`u${String(user).padStart(4, '0')},${time},${type},${amount},${own.next() < 0.7 ? 'app' : 'web'}`)
    }
  }
  return lines
}

export const tinyShopHeader = 'user,time,type,amount,channel'

/** Small and quick; every stage and every kind of model. */
export const tinyShopConfig = `version: 1
experiment: tiny-shop
seed: 7
sources:
  shop:
    path: events.csv
    columns: { user_id: user, event_time: time, event_type: type, amount: amount, channel: channel }
churn:
  labels:
    silent: { kind: no_event_in_window, events: [purchase] }
  target: silent
  horizonDays: 30
  eligible: { events: [purchase], withinDays: 60 }
cutoffs: { every: 15d, from: 2025-03-01 }
split: { mode: user_folds }
features: { lookbackDays: [30] }
models:
  logistic: { kind: logistic, l1Ratio: 0, strength: 0.1 }
  boosted: { kind: gbdt, trees: 10, maxLeaves: 4, earlyStopping: 0 }
  forest: { kind: forest, trees: 5 }
  network: { kind: mlp, hidden: [4], epochs: 2 }
evaluate: { bootstrap: 20, importance: { repeats: 1, maxRows: 100 } }
scores: { path: scores }
`

/** A new folder with `events.csv` and `shop.yaml`. */
export async function tinyShop(
  content: { lines?: readonly string[]; header?: string; config?: string } = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-shop-'))
  await mkdir(folder, { recursive: true })
  const { lines = tinyShopLines(), header = tinyShopHeader, config = tinyShopConfig } = content
  await writeFile(join(folder, 'events.csv'), [header, ...lines, ''].join('\n'))
  await writeFile(join(folder, 'shop.yaml'), config)
  return folder
}

/** A request to train on `shop.yaml` of the folder; runs and scores go to the same folder. */
export async function trainRequest(
  folder: string,
  options: { threads?: number; set?: string[]; asOf?: string; signal?: AbortSignal; emit?: Emit; out?: string } = {},
): Promise<TrainRequest> {
  const { threads = 1, set = [], signal = new AbortController().signal, emit = () => undefined, out = folder } = options
  const asOf = options.asOf ?? null
  const { parseDay } = await import('../../core/day.ts')
  return {
    loaded: await loadConfig({ path: join(folder, 'shop.yaml'), set, env: {}, asOf }),
    asOf: asOf === null ? null : parseDay(asOf),
    useCache: false,
    runsDir: join(out, 'runs'),
    outDir: out,
    command: 'ebb run shop.yaml',
    now: new Date('2026-01-05T06:07:08Z'),
    signal,
    emit,
    resources: { threads, memoryBytes: 1e9 },
    environment: {
      versions: { ebb: '0.1.0', node: '20.0.0' },
      git: null,
      host: { name: 'test', pid: process.pid, bootId: null },
    },
  }
}
