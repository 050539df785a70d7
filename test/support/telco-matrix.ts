import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Dataset, Labels } from '../../core/dataset.ts'

const file = path.join(
  path.dirname(fileURLToPath(import.meta.url)),
  '../../../shared/data/telco/Telco-Customer-Churn.csv',
)

/** Why tests on Telco are skipped: the file is not part of the repository. */
export const telcoIsMissing: string | false = existsSync(file) ? false : 'no ../shared/data/telco'

/** The 7,043 Telco customers: numbers as they are (11 TotalCharges missing), 0/1 columns for all levels but the first. */
export function telcoMatrix(): { x: Dataset; y: Labels } {
  const [header, ...rows] = readFileSync(file, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','))
  const columns: { name: string; values: Float32Array }[] = []
  for (const [j, name] of header!.entries()) {
    if (name === 'customerID' || name === 'Churn') continue
    const texts = rows.map((row) => row[j]!.trim())
    const isNumber = texts.every((text) => text === '' || Number.isFinite(Number(text)))
    if (isNumber)
      columns.push({ name, values: Float32Array.from(texts, (text) => (text === '' ? Number.NaN : Number(text))) })
    else
      for (const level of [...new Set(texts)].sort().slice(1))
        columns.push({ name: `${name}=${level}`, values: Float32Array.from(texts, (text) => (text === level ? 1 : 0)) })
  }
  const churn = header!.indexOf('Churn')
  return {
    x: {
      names: columns.map(({ name }) => name),
      columns: columns.map(({ values }) => ({ kind: 'number', values })),
      rowCount: rows.length,
      users: Uint32Array.from(rows, (_, i) => i),
      cutoffs: new Uint16Array(rows.length).fill(18_000),
    },
    y: Uint8Array.from(rows, (row) => (row[churn] === 'Yes' ? 1 : 0)),
  }
}
