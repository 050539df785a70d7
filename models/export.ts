import type { Json } from '../core/json.ts'
import { jsonText } from '../core/json.ts'
import { EbbError } from '../core/errors.ts'
import { loadCalibration } from './calibrators.ts'
import type { SavedModel } from './estimator.ts'
import { exportable, type Exportable } from './formats/exportable.ts'
import { type ExportInput, exportInputs } from './formats/export-inputs.ts'
import type { SavedCalibration } from './formats/onnx/calibrate.ts'
import type { SqlWords } from './formats/sql/sql-words.ts'
import { writeSql } from './formats/sql/write-sql.ts'
import { modelJson } from './formats/write-json.ts'
import { writeLightgbm } from './formats/write-lightgbm.ts'
import { writeOnnx } from './formats/write-onnx.ts'

export const exportFormats = ['onnx', 'json', 'lightgbm', 'sql'] as const
export type ExportFormat = (typeof exportFormats)[number]

export interface ExportRequest {
  readonly saved: SavedModel
  /** What `CalibrationMap.save` gave. */
  readonly calibration: Json
  readonly format: ExportFormat
  /** Said in the file where the format has room for it: run, model, day. */
  readonly about: Readonly<Record<string, string>>
  /** For the format sql: the dialect. */
  readonly sql?: SqlWords
}

export interface ExportedModel {
  readonly bytes: Uint8Array
  /** Of the usual file name, with the dot. */
  readonly suffix: '.onnx' | '.json' | '.txt' | '.sql'
  readonly inputs: readonly ExportInput[]
  /** Whether the file itself gives calibrated probabilities; if not, whoever reads it applies `calibration`. */
  readonly isCalibrated: boolean
  readonly calibration: Json
}

/** A saved model for other programs. An EbbError of kind `usage` says what cannot be exported, and as what it can. */
export function exportModel({ saved, calibration, format, about, sql }: ExportRequest): ExportedModel {
  const model = exportable(saved)
  refuseForeign(model, format)
  const map = loadCalibration(calibration).save() as unknown as SavedCalibration
  const inputs = exportInputs(model)
  const common = { inputs, calibration: map as unknown as Json }
  if (format === 'onnx') {
    const metadata = { ...about, inputs: JSON.stringify(inputs), calibration: JSON.stringify(map) }
    const description = 'P(churn). Input: features as in metadata inputs, NaN = missing, categories by place in levels.'
    return {
      ...common,
      bytes: writeOnnx(model, map, { name: 'ebb', description, metadata }),
      suffix: '.onnx',
      isCalibrated: true,
    }
  }
  if (format === 'json') {
    const document = {
      schemaVersion: 1,
      ...about,
      estimator: model.estimator,
      inputs,
      calibration: map,
      model: modelJson(model),
    }
    return { ...common, bytes: new TextEncoder().encode(jsonText(document)), suffix: '.json', isCalibrated: false }
  }
  if (format === 'sql' && model.kind === 'trees' && sql !== undefined) {
    const text = writeSql(sql, model, { calibration: map, about })
    return { ...common, bytes: new TextEncoder().encode(text), suffix: '.sql', isCalibrated: true }
  }
  if (format === 'lightgbm' && model.kind === 'trees')
    return { ...common, bytes: new TextEncoder().encode(writeLightgbm(model)), suffix: '.txt', isCalibrated: false }
  throw new EbbError({
    code: 'EXPORT_FORMAT',
    kind: 'usage',
    where: `model ${model.estimator}`,
    what: `only trees can be written as ${format === 'sql' ? 'SQL' : 'a model of LightGBM'}`,
    expected: 'a model of trees, or --format onnx or json',
    received: model.estimator,
  })
}

/** Of an imported model, what only ONNX can hold, or what SQL cannot. */
function refuseForeign(model: Exportable, format: ExportFormat): void {
  if (model.kind !== 'trees' || model.foreign === undefined) return
  const { unseenApart, codedBy } = model.foreign
  const refused = (feature: string, what: string, hint: string): EbbError =>
    new EbbError({
      code: 'EXPORT_FORMAT',
      kind: 'usage',
      where: `imported model, feature "${feature}"`,
      what,
      expected: '--format onnx',
      received: format,
      hint,
    })
  if (unseenApart !== null && format !== 'onnx') {
    const what = 'levels that training did not see go elsewhere than missing values, which this format cannot say'
    throw refused(unseenApart, what, 'export it as onnx')
  }
  if (codedBy !== null && format === 'sql')
    throw refused(
      codedBy,
      'the model knows its levels by number alone',
      'name them: models.*.levels, or export it as onnx',
    )
}
