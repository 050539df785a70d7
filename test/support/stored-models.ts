import { readFileSync } from 'node:fs'
import { type Column, type Dataset, missingCode } from '../../core/dataset.ts'
import type { Json } from '../../core/json.ts'
import type { SavedModel } from '../../models/estimator.ts'
import { unpackModel } from '../../models/pack.ts'

export interface StoredModel {
  readonly saved: SavedModel
  readonly calibration: Json
  /** 60 rows to predict. */
  readonly rows: Dataset
}

interface Rows {
  readonly calibration: Json
  readonly names: readonly string[]
  readonly kinds: readonly ('number' | 'category')[]
  readonly columns: readonly (readonly (number | string | null)[])[]
}

const folder = new URL('../golden/exported/', import.meta.url)

/** A model of test/golden/exported with its calibration and its rows. */
export function storedModel(name: string): StoredModel {
  const rows = JSON.parse(readFileSync(new URL(`${name}.rows.json`, folder), 'utf8')) as Rows
  const saved = unpackModel(readFileSync(new URL(`${name}.ebb`, folder)))
  return { saved, calibration: rows.calibration, rows: datasetOf(rows) }
}

function datasetOf({ names, kinds, columns }: Rows): Dataset {
  const rowCount = columns[0]!.length
  return {
    names,
    columns: columns.map((values, j): Column => {
      if (kinds[j] === 'number')
        return { kind: 'number', values: Float32Array.from(values, (value) => Number(value ?? Number.NaN)) }
      const levels = [...new Set(values.filter((value) => value !== null))].map(String)
      const codes = Uint16Array.from(values, (value) => (value === null ? missingCode : levels.indexOf(String(value))))
      return { kind: 'category', codes, levels }
    }),
    rowCount,
    users: new Uint32Array(rowCount),
    cutoffs: new Uint16Array(rowCount),
  }
}
