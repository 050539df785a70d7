/**
 * Writes the three matrices on which models are compared with Python: cdnow (cutoff 1997-07-04), telco, and the simulated
 * 100k x 40, each as FOLDER/<name>/{matrix.f32,labels.u8,matrix.json} like write-matrix.mjs.
 *
 *   node test/golden/write-model-matrices.mjs FOLDER
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: node test/golden/write-model-matrices.mjs FOLDER')
const load = async (file) => (await runnerImport(fileURLToPath(new URL(`../support/${file}`, import.meta.url)))).module
const { cdnowMatrix } = await load('cdnow-matrix.ts')
const { telcoMatrix } = await load('telco-matrix.ts')
const { simulatedMatrix } = await load('simulated-matrix.ts')

const matrices = {
  cdnow: cdnowMatrix('1997-07-04'),
  telco: telcoMatrix(),
  simulated: simulatedMatrix({ rows: 100_000, columns: 40, seed: 1 }),
}
for (const [name, { x, y }] of Object.entries(matrices)) {
  const [rows, columns] = [x.rowCount, x.names.length]
  const matrix = new Float32Array(rows * columns)
  for (const [j, { values }] of x.columns.entries()) for (let i = 0; i < rows; i++) matrix[i * columns + j] = values[i]
  const target = path.join(folder, name)
  mkdirSync(target, { recursive: true })
  writeFileSync(path.join(target, 'matrix.f32'), new Uint8Array(matrix.buffer))
  writeFileSync(path.join(target, 'labels.u8'), y)
  writeFileSync(path.join(target, 'matrix.json'), `${JSON.stringify({ rows, columns, names: x.names }, null, 2)}\n`)
}
