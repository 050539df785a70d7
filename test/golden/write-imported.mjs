/**
 * Writes the models of test/golden/foreign, imported and exported again as ONNX, for onnxruntime to check (imported.py).
 *
 *   node test/golden/write-imported.mjs FOLDER
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: node test/golden/write-imported.mjs FOLDER')
const load = async (file) => (await runnerImport(fileURLToPath(new URL(`../../${file}`, import.meta.url)))).module
const { foreignModel, foreignNames, goldenRows } = await load('test/support/foreign-models.ts')
const { exportModel } = await load('models/export.ts')
mkdirSync(folder, { recursive: true })
for (const name of foreignNames) {
  const saved = foreignModel(goldenRows(name)).save()
  try {
    const { bytes, inputs } = exportModel({ saved, calibration: { calibrator: 'none' }, format: 'onnx', about: {} })
    writeFileSync(path.join(folder, `${name}.onnx`), bytes)
    writeFileSync(path.join(folder, `${name}.inputs.json`), JSON.stringify(inputs))
  } catch (error) {
    process.stdout.write(`${name}: ${error.message}\n`)
  }
}
