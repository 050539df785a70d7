/**
 * Writes models and what we export of them, for other programs to check (exported.py).
 *
 *   node test/golden/write-exported.mjs FOLDER
 *
 * test/golden/exported/<case>.ebb (the model, kept) and <case>.rows.json (rows by column, calibration, kept); into FOLDER
 * the exported files <case>.onnx, <case>.txt.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: node test/golden/write-exported.mjs FOLDER')
const load = async (file) => (await runnerImport(fileURLToPath(new URL(`../../${file}`, import.meta.url)))).module
const { exportedCases } = await load('test/support/exported-models.ts')
const { exportModel } = await load('models/export.ts')
const { packModel } = await load('models/pack.ts')
const kept = fileURLToPath(new URL('exported/', import.meta.url))
mkdirSync(folder, { recursive: true })
mkdirSync(kept, { recursive: true })

const textOf = (value) =>
  Number.isFinite(value) ? (Object.is(value, -0) ? '-0' : value) : Number.isNaN(value) ? null : String(value)
for (const { name, saved, calibration, rows } of await exportedCases()) {
  const columns = rows.columns.map((column) =>
    column.kind === 'number'
      ? [...column.values].map(textOf)
      : [...column.codes].map((code) => column.levels[code] ?? null),
  )
  const formats = saved.header.estimator === 'logistic' ? ['onnx'] : ['onnx', 'lightgbm']
  const exported = formats.map((format) => ({ format, ...exportModel({ saved, calibration, format, about: {} }) }))
  for (const { bytes, suffix } of exported) writeFileSync(path.join(folder, name + suffix), bytes)
  writeFileSync(path.join(kept, `${name}.ebb`), packModel(saved))
  const document = {
    calibration,
    inputs: exported[0].inputs,
    names: rows.names,
    kinds: rows.columns.map(({ kind }) => kind),
    columns,
  }
  writeFileSync(path.join(kept, `${name}.rows.json`), `${JSON.stringify(document)}\n`)
}
