import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from './source-files.ts'

const script = join(root, 'scripts', 'join-modules.mjs')
let joinModules: (entry: string) => string
let folder: string
beforeAll(async () => {
  const made = (await import(script)) as { joinModules: (entry: string) => string }
  joinModules = made.joinModules
  folder = mkdtempSync(join(tmpdir(), 'ebb-join-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function joined(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return joinModules(join(folder, 'entry.js'))
}

it('a file that stands for four modules: each runs once and keeps its own names; renamed and passed on, 1 + 20 + 300 is 321', () => {
  const text = joined({
    'entry.js': `import { writeFileSync } from 'node:fs';
import { one, ten as twenty, } from './a.js';
import { hundreds } from './b.js';
import { fileURLToPath } from 'node:url';
const own = 0;
writeFileSync(fileURLToPath(import.meta.url) + '.txt', String(one() + twenty + hundreds + own));`,
    'a.js': `export { ten } from './c.js';
const own = 1;
export function one() {
    return own;
}`,
    'b.js': `import { ten } from './c.js';
const own = 15;
export const hundreds = ten * own;
export {};`,
    'c.js': `globalThis.joinedRuns = (globalThis.joinedRuns ?? 0) + 1;
export const ten = 20 * globalThis.joinedRuns;`,
  })
  const path = join(folder, 'joined.cjs')
  writeFileSync(path, `${text}\nmodule.exports = require('node:fs').readFileSync(__filename + '.txt', 'utf8');`)
  expect(createRequire(path)(path)).toBe('321')
})

it.each([
  ['export default 1', 'export default 1'],
  ["import * as all from './a.js'", "import * as all from './a.js'"],
  ["const late = await import('./a.js')", 'import('],
  ['export let count = 0', 'export let count = 0'],
])('%s is refused, with the file: nothing is joined half', (line, named) => {
  expect(() => joined({ 'entry.js': line, 'a.js': 'export {};' })).toThrow(`entry.js: cannot join "${named}"`)
})
