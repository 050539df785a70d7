import { readFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { forbiddenImports, importedFiles } from './import-table.ts'
import { filesBelow, rooms, root } from './source-files.ts'

const files = rooms
  .filter((room) => existsSync(join(root, room)))
  .flatMap((room) => filesBelow(room, ['.ts']))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

describe('who may import whom', () => {
  it('no file of the product imports what the table of the architecture forbids', () => {
    expect(files.length).toBeGreaterThan(100)
    expect(files.flatMap(forbiddenImports)).toEqual([])
  })

  it('every relative import ends with .ts and names a file that is there', () => {
    const broken = files.flatMap(({ path, text }) =>
      importedFiles(path, text)
        .filter((imported) => !imported.endsWith('.ts') || !existsSync(join(root, imported)))
        .map((imported) => `${path} imports ${imported}`),
    )
    expect(broken).toEqual([])
  })

  it.each([
    ["import { x } from '../models/registry.ts'", ['evaluation/x.ts imports models/']],
    ["import type { X } from '../models/registry.ts'", ['evaluation/x.ts imports models/']],
    ["export { x } from '../models/registry.ts'", ['evaluation/x.ts imports models/']],
    ["const x = await import('../models/registry.ts')", ['evaluation/x.ts imports models/']],
    ["import {\n  a,\n  b,\n} from '../store/lock.ts'", ['evaluation/x.ts imports store/']],
    ["import '../cli/main.ts'", ['evaluation/x.ts imports cli/']],
    ["import { day } from '../core/day.ts'", []],
    ["import { auc } from './metrics/auc.ts'", []],
    ["// import { x } from '../models/registry.ts'", []],
    ["import { argsort } from '../core/numeric/argsort.ts'", []],
  ])('in evaluation/x.ts, %j gives %j', (text, expected) => {
    expect(forbiddenImports({ path: 'evaluation/x.ts', text })).toEqual(expected)
  })

  it("a sub-folder of another room is private, also to the room that may import the other's top level", () => {
    const text = "import { grow } from '../models/trees/grow.ts'"
    expect(forbiddenImports({ path: 'pipelines/train.ts', text })).toEqual([
      'pipelines/train.ts imports models/trees/grow.ts, which is private to models/',
    ])
    expect(forbiddenImports({ path: 'models/forest/forest.ts', text })).toEqual([])
  })
})
