import * as z from 'zod'
import { type Column, type Dataset, missingCode, sharedUint16, sliceRows } from '../../core/dataset.ts'
import { sigmoid } from '../../core/numeric/sigmoid.ts'
import type { Classifier, ContributionBlock, Explanation, PredictOptions, SavedModel } from '../estimator.ts'
import { createExplainer, type Explain } from '../explain/explainer.ts'
import { columnNamed } from '../guards.ts'
import { headerOf } from '../saved.ts'
import { createScorer, type Scorer } from '../trees/scorer.ts'
import { type BinnedPart, binnedParts } from './binned-parts.ts'
import type { ForeignFeature, ForeignModel, ForeignOptions } from './foreign-model.ts'
import { foreignFault } from './foreign-fault.ts'
import { readForeign, withinLimits } from './read-foreign.ts'

const where = 'model imported'

const headerSchema = z.object({
  version: z.literal(1),
  options: z.object({
    levels: z.record(z.string(), z.array(z.string())).optional(),
    iterations: z.int().min(0).optional(),
    names: z.record(z.string(), z.string()).optional(),
  }),
})

/** A fitted model of LightGBM or XGBoost that predicts, explains and is saved as our own: the file itself is kept. */
export interface ImportedModel extends Classifier {
  readonly foreign: ForeignModel
}

/** Reads a file of another program (see `readForeign`); `source` names it in errors. */
export function importedModel(bytes: Uint8Array, source: string, options: ForeignOptions = {}): ImportedModel {
  const foreign = renamed(readForeign(bytes, source, options), options.names ?? {}, source)
  const parts = withinLimits(source, () => binnedParts(foreign, source))
  const used = usedFeatures(foreign)
  const toProbability =
    foreign.link === 'logistic' ? sigmoid : (score: number): number => Math.min(Math.max(score, 0), 1)
  const scorers = parts.map(({ ensemble }) => createScorer(ensemble))
  let explainers: readonly Explain[] | null = null
  return {
    estimator: 'imported',
    foreign,
    async predict(x, options = {}) {
      return (await totalScore(parts, scorers, { x, used, options })).map(toProbability)
    },
    save: () => ({
      header: { estimator: 'imported', version: 1, options: { ...options } },
      buffers: new Map([['file', bytes.slice()]]),
    }),
    describe: () => ({ fixed: {} }),
    explain(x, options = {}) {
      if (foreign.link !== 'logistic') return null
      explainers ??= parts.map(({ ensemble }) => createExplainer(ensemble))
      return totalExplanation(parts, explainers, { x, used, options })
    },
  }
}

/** Features under the names that columns have here. */
function renamed(model: ForeignModel, names: Readonly<Record<string, string>>, source: string): ForeignModel {
  const known = new Set(model.features.map(({ name }) => name))
  const wanted = new Map(Object.entries(names))
  const unknown = [...wanted.keys()].find((name) => !known.has(name))
  if (unknown !== undefined)
    throw foreignFault(source, `no feature is called "${unknown}"`, {
      expected: [...known].slice(0, 8).join(', '),
      received: unknown,
    })
  const features = model.features.map((feature) => ({ ...feature, name: wanted.get(feature.name) ?? feature.name }))
  const seen = new Set<string>()
  for (const { name } of features) {
    if (seen.has(name)) throw foreignFault(source, `two features are called "${name}"`)
    seen.add(name)
  }
  return { ...model, features }
}

export function loadImported(saved: SavedModel): Classifier {
  const { file, options } = importedFile(saved)
  return importedModel(file, 'saved model', options)
}

/** The other program's file in a saved model, and how it was read. */
export function importedFile(saved: SavedModel): { readonly file: Uint8Array; readonly options: ForeignOptions } {
  const { options } = headerOf(saved, headerSchema, 'imported')
  const file = saved.buffers.get('file')
  if (file === undefined)
    throw foreignFault('saved model', 'the imported file is missing', { expected: 'buffer "file"' })
  return { file, options }
}

type UsedFeatures = ReadonlyMap<string, ForeignFeature>

interface Rows {
  readonly x: Dataset
  readonly used: UsedFeatures
  readonly options: PredictOptions
}

/** Features that some tree splits, in the order of the file. */
function usedFeatures({ features, trees }: ForeignModel): UsedFeatures {
  const split = new Set(trees.flatMap(({ nodes }) => nodes.map(({ feature }) => feature)))
  return new Map(features.filter((_, f) => split.has(f)).map((feature) => [feature.name, feature]))
}

async function totalScore(
  parts: readonly BinnedPart[],
  scorers: readonly Scorer[],
  { x, used, options }: Rows,
): Promise<Float64Array> {
  const total = new Float64Array(x.rowCount)
  for (const [p, part] of parts.entries()) {
    const scores = await scorers[p]!.scores(inCells(part, x, used), { ...options, where })
    for (let i = 0; i < total.length; i++) total[i]! += scores[i]!
  }
  return total
}

/** Rows that all parts explain before the next ones are looked at. */
const spanRows = 32_768

function totalExplanation(
  parts: readonly BinnedPart[],
  explainers: readonly Explain[],
  { x, used, options }: Rows,
): Explanation {
  const names = [...used.keys()]
  const place = new Map(names.map((name, at) => [name, at]))
  const explainPart = (p: number, rows: Dataset): Explanation =>
    explainers[p]!(inCells(parts[p]!, rows, used), { ...options, where })
  async function* blocks(): AsyncGenerator<ContributionBlock> {
    for (let begin = 0; begin < x.rowCount; begin += spanRows) {
      const rows = sliceRows(x, begin, Math.min(begin + spanRows, x.rowCount))
      const values = new Float64Array(rows.rowCount * names.length)
      for (const p of parts.keys()) {
        const own = explainPart(p, rows)
        const targets = own.names.map((name) => place.get(name)!)
        for await (const block of own.blocks())
          for (let i = 0; i < block.rowCount; i++)
            for (let j = 0; j < targets.length; j++)
              values[(block.begin + i) * names.length + targets[j]!]! += block.values[i * targets.length + j]!
      }
      yield { begin, rowCount: rows.rowCount, values }
    }
  }
  const none = sliceRows(x, 0, 0)
  const bias = parts.reduce((sum, _, p) => sum + explainPart(p, none).bias, 0)
  return { bias, names, rowCount: x.rowCount, blocks }
}

/** `x` as the part's bins want it: categories by the name of their cell, numbers as they are. */
function inCells({ ensemble, cellOf }: BinnedPart, x: Dataset, used: UsedFeatures): Dataset {
  const columns = ensemble.features.map(({ name }): Column => {
    const cells = cellOf.get(name)
    if (cells === undefined) return columnNamed(x, name, { kind: 'number', where })
    const feature = used.get(name) as Extract<ForeignFeature, { kind: 'category' }>
    return cellColumn(x, feature, cells)
  })
  return { ...x, names: ensemble.features.map(({ name }) => name), columns }
}

/** Where the file knows categories by code alone, a number column of codes will do too. */
function cellColumn(
  x: Dataset,
  { name, levels }: Extract<ForeignFeature, { kind: 'category' }>,
  cells: ReadonlyMap<number, number>,
): Column {
  const count = Math.max(0, ...cells.values()) + 1
  const cellNames = Array.from({ length: count }, (_, cell) => String(cell))
  const codes = sharedUint16(x.rowCount)
  const given = x.columns[x.names.indexOf(name)]
  if (levels === 'codes' && given?.kind === 'number') {
    for (let i = 0; i < codes.length; i++) {
      const value = given.values[i]!
      codes[i] = Number.isNaN(value) ? missingCode : (cells.get(Math.trunc(value)) ?? 0)
    }
    return { kind: 'category', codes, levels: cellNames }
  }
  const column = columnNamed(x, name, { kind: 'category', where })
  const codeOf = (level: string): number => (levels === 'codes' ? codeFrom(level) : levels.indexOf(level))
  const cellOfLevel = column.levels.map((level) => cells.get(codeOf(level)) ?? 0)
  for (let i = 0; i < codes.length; i++) {
    const code = column.codes[i]!
    codes[i] = code === missingCode ? missingCode : (cellOfLevel[code] ?? missingCode)
  }
  return { kind: 'category', codes, levels: cellNames }
}

const codeFrom = (level: string): number => (/^\d{1,15}$/.test(level) ? Number(level) : -1)
