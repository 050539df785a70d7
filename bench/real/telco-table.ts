import { readFileSync } from 'node:fs'
import { type Column, type Dataset, type Labels, missingCode } from '../../core/dataset.ts'

/** The 7,043 Telco customers of `file`: numbers as they are (11 TotalCharges missing), texts as categories, levels sorted. */
export function telcoTable(file: string): { x: Dataset; y: Labels } {
  const [header, ...rows] = readFileSync(file, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','))
  const names = header!.filter((name) => name !== 'customerID' && name !== 'Churn')
  const columns = names.map((name) => {
    const at = header!.indexOf(name)
    return columnOf(rows.map((row) => row[at]!.trim()))
  })
  const churn = header!.indexOf('Churn')
  const rowCount = rows.length
  return {
    x: { names, columns, rowCount, users: Uint32Array.from(rows.keys()), cutoffs: new Uint16Array(rowCount) },
    y: Uint8Array.from(rows, (row) => (row[churn] === 'Yes' ? 1 : 0)),
  }
}

function columnOf(texts: readonly string[]): Column {
  if (texts.every((text) => Number.isFinite(Number(text))))
    return { kind: 'number', values: Float32Array.from(texts, (text) => (text === '' ? Number.NaN : Number(text))) }
  const levels = [...new Set(texts)].filter((text) => text !== '').sort()
  const codes = Uint16Array.from(texts, (text) => (text === '' ? missingCode : levels.indexOf(text)))
  return { kind: 'category', codes, levels }
}
