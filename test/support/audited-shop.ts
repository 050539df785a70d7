import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tinyShop, tinyShopConfig, tinyShopLines } from './tiny-shop.ts'

const dayMs = 86_400_000
const dataEnd = Date.parse('2025-10-28')
const horizonDays = 30
export const cutoffDays: readonly number[] = Array.from(
  { length: 15 },
  (_, i) => Date.parse('2025-03-01') + i * 15 * dayMs,
).filter((cutoff) => cutoff + horizonDays * dayMs <= dataEnd)

/** Six users a cutoff buy something at its first instant: what a window one second too long would count. */
const midnightLines = cutoffDays.flatMap((cutoff, k) =>
  Array.from({ length: 6 }, (_, i) => {
    const user = `u${String(24 * k + i).padStart(4, '0')}`
    return `${user},${new Date(cutoff).toISOString().slice(0, 19)},purchase,7.77,app`
  }),
)

export const shopLines = [...tinyShopLines(320), ...midnightLines]

/** Purchases of each user: times and amounts. */
const purchases = new Map<string, { at: number; amount: number }[]>()
for (const line of shopLines) {
  const [user, time, type, amount] = line.split(',') as [string, string, string, string]
  const own = purchases.get(user) ?? []
  if (type === 'purchase') own.push({ at: Date.parse(`${time}Z`), amount: Number(amount) })
  purchases.set(user, own)
}

const text = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** Facts about users, some of which nobody could have known: `user,value` or `user,since,value` lines by file name. */
export const attributeFiles: Readonly<Record<string, readonly string[]>> = {
  // Where the user lives: fixed, with no effect.
  'region.csv': [
    'user,region',
    ...[...purchases.keys()].map((user, i) => `${user},${['north', 'south', 'east'][i % 3]}`),
  ],
  // The tier that the last 30 days of the log earn, written into every row.
  'tier.csv': ['user,tier', ...[...purchases].map(([user, own]) => `${user},${tierOf(own)}`)],
  'number.csv': ['user,number', ...[...purchases.keys()].map((user, i) => `${user},${70_000 + 3 * i}`)],
  // The label of every cutoff, said to be valid since the day before.
  'copy.csv': [
    'user,since,copy',
    ...[...purchases].flatMap(([user, own]) =>
      cutoffDays.map((cutoff) => `${user},${text(cutoff - dayMs)},${isSilent(own, cutoff) ? 1 : 0}`),
    ),
  ],
}

function tierOf(own: readonly { at: number; amount: number }[]): string {
  const spent = own.filter(({ at }) => at >= dataEnd - 30 * dayMs).reduce((sum, { amount }) => sum + amount, 0)
  return spent === 0 ? 'none' : spent < 60 ? 'bronze' : 'gold'
}

function isSilent(own: readonly { at: number }[], cutoff: number): boolean {
  return !own.some(({ at }) => at >= cutoff && at < cutoff + horizonDays * dayMs)
}

/** Config keys of the attribute tables, by the file that they read. */
const tables: Readonly<Record<string, string>> = {
  region: '{ path: region.csv, key: user, static: true, columns: { region: category } }',
  tier: '{ path: tier.csv, key: user, static: true, columns: { tier: category } }',
  number: '{ path: number.csv, key: user, static: true, columns: { number: number } }',
  copy: '{ path: copy.csv, key: user, validFrom: since, columns: { copy: number } }',
}

/** The tiny shop with some of the attribute tables, few features and one quick model. */
export const auditedConfig = (attributes: readonly string[], more = ''): string =>
  tinyShopConfig
    .replace('features: { lookbackDays: [30] }', 'features: { use: [transaction, attributes], lookbackDays: [30] }')
    .replace(/models:\n(  .*\n)+/, 'models: { logistic: { kind: logistic, l1Ratio: 0, strength: 0.1 } }\n') +
  `audit: { users: 60 }\n${more}` +
  (attributes.length === 0 ? '' : `attributes:\n${attributes.map((name) => `  ${name}: ${tables[name]!}\n`).join('')}`)

/** A new folder with events, attribute tables and `shop.yaml`. */
export async function auditedShop(attributes: readonly string[] = [], more = ''): Promise<string> {
  const folder = await tinyShop({ lines: shopLines, config: auditedConfig(attributes, more) })
  for (const name of attributes)
    await writeFile(join(folder, `${name}.csv`), `${attributeFiles[`${name}.csv`]!.join('\n')}\n`)
  return folder
}
