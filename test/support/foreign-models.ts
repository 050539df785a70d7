import { readdirSync, readFileSync } from 'node:fs'
import { type Column, type Dataset, missingCode } from '../../core/dataset.ts'
import { importedModel } from '../../models/formats/imported.ts'

/** What the other program made of some rows, and of which model. */
export interface GoldenRows {
  readonly model: string
  readonly levels?: Record<string, string[]>
  readonly columns: Record<
    string,
    | { readonly kind: 'number'; readonly values: readonly (number | string | null)[] }
    | { readonly kind: 'category'; readonly values: readonly (string | null)[] }
  >
  readonly probability: readonly number[]
  /** By row: one per column, then the bias. */
  readonly contributions: readonly (readonly number[])[] | null
}

/** Models of other programs, each with rows that it predicted. */
export const foreignFolder = new URL('../golden/foreign/', import.meta.url)
const suffix = '.rows.json'
export const foreignNames = readdirSync(foreignFolder).flatMap((file) =>
  file.endsWith(suffix) ? [file.slice(0, -suffix.length)] : [],
)
export const goldenRows = (name: string): GoldenRows =>
  JSON.parse(readFileSync(new URL(`${name}${suffix}`, foreignFolder), 'utf8')) as GoldenRows

export function foreignDataset({ columns, probability }: GoldenRows): Dataset {
  const rowCount = probability.length
  return {
    names: Object.keys(columns),
    columns: Object.values(columns).map((column): Column => {
      if (column.kind === 'number')
        return { kind: 'number', values: Float32Array.from(column.values, (value) => Number(value ?? Number.NaN)) }
      const levels = [...new Set(column.values.filter((value) => value !== null))].sort()
      const codes = Uint16Array.from(column.values, (value) => (value === null ? missingCode : levels.indexOf(value)))
      return { kind: 'category', codes, levels }
    }),
    rowCount,
    users: new Uint32Array(rowCount),
    cutoffs: new Uint16Array(rowCount),
  }
}

export function foreignModel({ model, levels }: GoldenRows) {
  return importedModel(readFileSync(new URL(model, foreignFolder)), model, levels === undefined ? {} : { levels })
}
