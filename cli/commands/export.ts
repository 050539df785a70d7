import { type ExportFormat, exportFormats } from '../../models/export.ts'
import { type SqlDialectName, sqlDialectNames } from '../../engines/dialects.ts'
import type { Command } from '../command.ts'
import { runPositional, runsOption } from '../run-options.ts'

export const command: Command = {
  usage: 'export <run>',
  positionals: { run: runPositional },
  options: {
    ...runsOption,
    format: {
      type: 'string',
      choices: exportFormats,
      default: 'onnx',
      requiresArg: true,
      describe:
        'onnx: any runtime, calibration inside; lightgbm: text model, trees only; sql: one query, trees only, calibration inside; json: plain numbers',
    },
    dialect: {
      type: 'string',
      choices: sqlDialectNames,
      default: 'duckdb',
      requiresArg: true,
      describe: 'Of --format sql',
    },
    out: {
      type: 'string',
      requiresArg: true,
      describe: 'File to write; default: the run id with .onnx, .txt, .sql or .json',
    },
  },
  examples: [
    ['ebb export @latest', 'The shipped model of the newest run as ONNX'],
    ['ebb export @best:auc --format lightgbm --out churn.txt', 'As a model that LightGBM loads: Booster(model_file=…)'],
    ['ebb export @latest --format sql --dialect spark', 'As a query over a table `features`'],
  ],
  notes:
    'FILE.about.json is written beside the file: the columns in their order, the levels of categories, tags that must be computed first, and the calibration. Boosted trees, forests, single trees, imported models and logistic regressions can be exported.',
  async run(args, { terminal }) {
    const { exportRun } = await import('../../pipelines/export.ts')
    const { runId, model, file, aboutFile, about } = await exportRun({
      runsDir: String(args['runs']),
      run: String(args['run']),
      format: args['format'] as ExportFormat,
      dialect: args['dialect'] as SqlDialectName,
      out: args['out'] === undefined ? null : String(args['out']),
    })
    if (terminal.isJson) {
      const { sha256, format, inputs, isCalibrated } = about
      const document = { schemaVersion: 1, run: runId, model, format, file, about: aboutFile, sha256, isCalibrated }
      terminal.data(JSON.stringify({ ...document, inputs: inputs.length }))
      return
    }
    if (!about.isCalibrated && (about.calibration as { calibrator: string }).calibrator !== 'none')
      terminal.note('the file gives scores before calibration; the map is in the about file')
    terminal.data(`model  ${file}`)
    terminal.data(`about  ${aboutFile}`)
  },
}
