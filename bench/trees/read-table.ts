import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Column,
  type Dataset,
  type Labels,
  missingCode,
  sharedFloat32,
  sharedUint16,
  sharedUint32,
  sharedUint8,
} from '../../core/dataset.ts'
import type { TableFiles } from './table.ts'

/** One part of a table, by name of file, in shared memory, every row a user of its own. */
export function readTable(files: TableFiles, part: string): { x: Dataset; y: Labels } {
  const rowCount = part === 'test' ? files.testRows : files.trainRows
  const file = openSync(join(files.folder, `${part}.f32`), 'r')
  const columns = files.levels.map((levels): Column => {
    const values = sharedFloat32(rowCount)
    readSync(file, new Uint8Array(values.buffer), 0, values.byteLength, null)
    return levels === 0 ? { kind: 'number', values } : categories(values, levels)
  })
  closeSync(file)
  const users = sharedUint32(rowCount)
  for (let i = 0; i < rowCount; i++) users[i] = i
  const y = sharedUint8(rowCount)
  y.set(readFileSync(join(files.folder, `${part}.y`)))
  return { x: { names: files.names, columns, rowCount, users, cutoffs: sharedUint16(rowCount) }, y }
}

function categories(values: Float32Array, count: number): Column {
  const codes = sharedUint16(values.length)
  for (let i = 0; i < values.length; i++) codes[i] = Number.isNaN(values[i]!) ? missingCode : values[i]!
  return { kind: 'category', codes, levels: Array.from({ length: count }, (_, k) => `l${String(k).padStart(3, '0')}`) }
}
