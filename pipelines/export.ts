import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { EbbError } from '../core/errors.ts'
import { type SqlDialectName, sqlDialects } from '../engines/dialects.ts'
import { sha256 } from '../core/hash.ts'
import { type Json, parseJson } from '../core/json.ts'
import { type ExportedModel, type ExportFormat, exportModel } from '../models/export.ts'
import { writeFileAtomic, writeJsonAtomic } from '../store/atomic.ts'
import { runFiles } from '../store/layout.ts'
import { findRun } from '../tracking/read.ts'
import { type BundleContents, ModelBundle } from './compute/bundle.ts'

export interface ExportRunRequest {
  readonly runsDir: string
  /** Id, unique beginning, @latest or @best:METRIC. */
  readonly run: string
  readonly format: ExportFormat
  /** Of the format sql. */
  readonly dialect: SqlDialectName
  /** Default: `<run id>.onnx`, `.json`, `.txt` or `.sql` in the working folder. */
  readonly out: string | null
}

export interface ExportOutcome {
  readonly runId: string
  readonly model: string
  readonly file: string
  /** JSON beside the file: what goes in and out. */
  readonly aboutFile: string
  readonly about: ExportAbout
}

/** `<file>.about.json` */
export interface ExportAbout {
  readonly schemaVersion: 1
  readonly file: string
  readonly sha256: string
  readonly format: ExportFormat
  readonly run: string
  readonly experiment: string
  readonly asOf: string | null
  readonly model: string
  /** Columns in the order of the model; a category is its place in `levels`, an unknown level `levels.length`, missing NaN. */
  readonly inputs: ExportedModel['inputs']
  /** Inputs that are computed from other features: `cuts` are train quantiles; see docs/outputs.md. */
  readonly computed: readonly { readonly name: string; readonly transform: Json }[]
  /** Whether the file itself gives calibrated probabilities; if not, `calibration` is applied to what it gives. */
  readonly isCalibrated: boolean
  readonly calibration: Json
}

/** Writes the shipped model of a run for other programs, and beside it what they must know. */
export async function exportRun({ runsDir, run, format, dialect, out }: ExportRunRequest): Promise<ExportOutcome> {
  const { id, dir, record } = await findRun(runsDir, run)
  const folder = join(dir, runFiles.model)
  const contents = ModelBundle.contents(await modelFile(folder, 'model.ebb', id), `run ${id}`)
  const readObject = async (name: string): Promise<Json> =>
    parseJson((await modelFile(folder, name, id)).toString('utf8')) as Json
  const calibration = await readObject('calibration.json')
  const { model } = (await readObject('description.json')) as { readonly model: string }
  const about = { run: id, experiment: record.experiment, model, asOf: record.asOf ?? '' }
  const exported = exportModel({ saved: contents.model, calibration, format, about, sql: sqlDialects[dialect] })
  const file = out ?? `${id}${exported.suffix}`
  const aboutFile = `${file}.about.json`
  const document: ExportAbout = {
    schemaVersion: 1,
    file: basename(file),
    sha256: sha256(exported.bytes),
    format,
    ...about,
    asOf: record.asOf,
    inputs: exported.inputs,
    computed: computedInputs(contents, exported),
    isCalibrated: exported.isCalibrated,
    calibration: exported.calibration,
  }
  await writeFileAtomic(file, exported.bytes)
  await writeJsonAtomic(aboutFile, document)
  return { runId: id, model, file, aboutFile, about: document }
}

function computedInputs({ tags }: BundleContents, { inputs }: ExportedModel): ExportAbout['computed'] {
  const read = new Set(inputs.map(({ name }) => name))
  return tags.filter(({ name }) => read.has(name)).map(({ name, transform }) => ({ name, transform }))
}

async function modelFile(folder: string, name: string, id: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, name))
  } catch (cause) {
    throw new EbbError({
      code: 'RUN_NO_MODEL',
      kind: 'usage',
      where: `run ${id}`,
      what: `model/${name} cannot be read`,
      expected: 'a run that shipped a model',
      received: (cause as NodeJS.ErrnoException).code ?? String(cause),
      hint: 'ebb runs --status succeeded lists runs that did',
      cause,
    })
  }
}
