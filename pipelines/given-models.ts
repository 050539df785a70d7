import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { LoadedConfig } from '../configs/load.ts'
import { EbbError } from '../core/errors.ts'
import { sha256 } from '../core/hash.ts'
import type { Json } from '../core/json.ts'
import { importModel } from '../models/import.ts'
import { packModel } from '../models/pack.ts'
import type { ModelConfig } from '../models/parameters.ts'
import { runFiles } from '../store/layout.ts'
import { findRun } from '../tracking/read.ts'
import { predictionsOf, type ChurnConfig } from '../features/churn.ts'
import { type BundleAbout, type BundleContents, type BundleMeaning, ModelBundle } from './compute/bundle.ts'
import { targetFacts } from './stages/target-facts.ts'

/** A model that a config brings along: `startFrom` of boosted trees, or a whole one of kind `imported`. */
export type GivenModel = GivenStart | GivenImport

interface Given {
  /** As the config names it. */
  readonly from: string
  /** Of the file. */
  readonly sha256: string
}

export interface GivenStart extends Given {
  readonly kind: 'started'
  readonly contents: BundleContents
  readonly about: BundleAbout
  readonly trees: number
}

export interface GivenImport extends Given {
  readonly kind: 'imported'
  /** Packed. */
  readonly model: Uint8Array
  readonly trees: number
  /** Features that it reads, by their names here. */
  readonly reads: readonly string[]
  readonly trainedUntil: string | null
}

/** By name of the model in the config. */
export type GivenModels = ReadonlyMap<string, GivenModel>

/**
 * Reads every model that the config brings along, before anything runs. Throws EbbErrors: kind `config` for what is named
 * wrongly, `data` for files that cannot be read.
 */
export async function readGivenModels({ config, baseDir }: LoadedConfig, runsDir: string): Promise<GivenModels> {
  const given = new Map<string, GivenModel>()
  const targets = predictionsOf(structuredClone(config.churn) as ChurnConfig).map(targetFacts)
  for (const [name, model] of Object.entries(config.models) as [string, ModelConfig][]) {
    const where = `models.${name}`
    if (model.kind === 'imported') given.set(name, await readImport(model, where, baseDir))
    if (model.kind === 'gbdt' && model.startFrom !== undefined) {
      const path = await startPath(model.startFrom, { where, baseDir, runsDir })
      given.set(name, await readStart(path, { where, from: model.startFrom, mostTrees: model.trees, targets }))
    }
  }
  return given
}

async function readImport(
  { file, features, levels, iterations, trainedUntil }: Extract<ModelConfig, { kind: 'imported' }>,
  where: string,
  baseDir: string,
): Promise<GivenImport> {
  const path = isAbsolute(file) ? file : join(baseDir, file)
  const bytes = await bytesOf(path, `${where}.file: ${file}`)
  const { model, summary } = importModel(bytes, `${where}: ${file}`, {
    ...(Object.keys(features).length === 0 ? {} : { names: features }),
    ...(Object.keys(levels).length === 0 ? {} : { levels }),
    ...(iterations === undefined ? {} : { iterations }),
  })
  return {
    kind: 'imported',
    from: file,
    sha256: sha256(bytes),
    model: packModel(model.save()),
    trees: summary.trees,
    reads: summary.features.map(({ name }) => name),
    trainedUntil: trainedUntil ?? null,
  }
}

/** A path where it looks like one or exists, else a run. */
async function startPath(
  reference: string,
  { where, baseDir, runsDir }: { where: string; baseDir: string; runsDir: string },
): Promise<string> {
  const path = isAbsolute(reference) ? reference : join(baseDir, reference)
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory() === true) return join(path, runFiles.model, 'model.ebb')
  if (found !== null || /[/\\]|\.ebb$/.test(reference)) return path
  try {
    return join((await findRun(runsDir, reference)).dir, runFiles.model, 'model.ebb')
  } catch (cause) {
    if (!(cause instanceof EbbError)) throw cause
    const what = `"${reference}" is neither a run (${cause.details.what}) nor a path from ${baseDir}`
    throw startFault(where, what, { hint: 'ebb runs lists the runs', cause })
  }
}

interface StartWish {
  readonly where: string
  readonly from: string
  readonly mostTrees: number
  /** Of every prediction of the config: a start fits one. */
  readonly targets: readonly BundleMeaning['target'][]
}

async function readStart(path: string, { where, from, mostTrees, targets }: StartWish): Promise<GivenStart> {
  const bytes = await bytesOf(path, `${where}.startFrom: ${from}`)
  const contents = ModelBundle.contents(bytes, `${where}.startFrom: ${path}`)
  const { estimator, trees } = contents.model.header as { readonly [key: string]: Json }
  if (estimator !== 'gbdt' || typeof trees !== 'number')
    throw startFault(where, 'cannot go on from this model', {
      expected: 'a model of gbdt',
      received: String(estimator),
      hint: 'a run ships its winner alone: take a run whose winner is boosted trees',
    })
  if (trees >= mostTrees)
    throw startFault(where, 'there is no tree left to add', {
      expected: `trees: more than the ${trees} that it starts with`,
      received: String(mostTrees),
    })
  const { about } = contents
  if (about === null)
    throw startFault(where, 'the model does not say what its features and its target were', {
      expected: 'a model of this version of ebb',
      received: from,
    })
  for (const target of targets) requireTarget(where, about.target, target)
  return { kind: 'started', from, sha256: sha256(bytes), contents, about, trees }
}

function requireTarget(where: string, its: BundleMeaning['target'], ours: BundleMeaning['target']): void {
  if (its.sha256 === ours.sha256) return
  const words = ({ name, horizonDays, gapDays }: BundleMeaning['target']): string =>
    `${name} within ${horizonDays} days after a gap of ${gapDays}`
  const isSameByName = words(its) === words(ours)
  throw startFault(where, 'the model has learned another target', {
    expected: words(ours),
    received: isSameByName ? 'the same name with another definition (label or eligibility)' : words(its),
    hint: 'a start fits one target and horizon',
  })
}

async function bytesOf(path: string, where: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    const received = (cause as NodeJS.ErrnoException).code ?? String(cause)
    const what = 'the model cannot be read'
    throw new EbbError({ code: 'INPUT_MISSING', kind: 'data', where, what, expected: path, received, cause })
  }
}

function startFault(
  model: string,
  what: string,
  more: { expected?: string; received?: string; hint?: string; cause?: unknown } = {},
): EbbError {
  return new EbbError({ code: 'START_FROM', kind: 'config', where: `${model}.startFrom`, what, ...more })
}
