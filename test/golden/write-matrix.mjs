/**
 * Writes the simulated matrix for the Python side of the golden numbers, so that both sides hold the same float32 values.
 *
 *   node test/golden/write-matrix.mjs FOLDER [rows=100000] [columns=40] [seed=1]
 *
 * matrix.f32 float32 little-endian, row-major rows x columns, NaN = missing; labels.u8; truth.f64; matrix.json {rows, columns, seed, names}.
 * Python: numpy.fromfile('matrix.f32', '<f4').reshape(rows, columns)
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const [folder, ...numbers] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: node test/golden/write-matrix.mjs FOLDER [rows] [columns] [seed]')
const [rows = 100_000, columns = 40, seed = 1] = numbers.map(Number)

const source = fileURLToPath(new URL('../support/simulated-matrix.ts', import.meta.url))
const { module } = await runnerImport(source)
const { x, y, truth } = module.simulatedMatrix({ rows, columns, seed })

const matrix = new Float32Array(rows * columns)
for (const [j, column] of x.columns.entries()) for (let i = 0; i < rows; i++) matrix[i * columns + j] = column.values[i]
mkdirSync(folder, { recursive: true })
writeFileSync(path.join(folder, 'matrix.f32'), new Uint8Array(matrix.buffer))
writeFileSync(path.join(folder, 'labels.u8'), y)
writeFileSync(path.join(folder, 'truth.f64'), new Uint8Array(truth.buffer))
writeFileSync(path.join(folder, 'matrix.json'), `${JSON.stringify({ rows, columns, seed, names: x.names }, null, 2)}\n`)
