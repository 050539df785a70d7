import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadConfig } from '../../configs/load.ts'
import type { LoadedConfig, LoadRequest } from '../../configs/load.ts'
import { EbbError, EbbFaults } from '../../core/errors.ts'

/** The smallest experiment that is valid: 16 lines, no defaults written. */
export const smallest = `version: 1
experiment: shop
sources:
  app:
    path: app.csv
    columns: { user_id: u, event_time: t, event_type: e }
churn:
  labels:
    silent: { kind: no_event_in_window, events: [purchase] }
  target: silent
  horizonDays: 30
  eligible: { events: [purchase], withinDays: 90 }
models:
  line:
    kind: logistic
`

export type LoadOptions = Partial<Omit<LoadRequest, 'path'>>

/** Writes the files (name -> text) into a new folder, loads the first and removes the folder again. */
export async function loadTexts(
  files: Readonly<Record<string, string>>,
  options: LoadOptions = {},
): Promise<LoadedConfig> {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-configs-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const [first = ''] = Object.keys(files)
    return await loadConfig({ env: {}, ...options, path: join(folder, first) })
  } catch (error) {
    throw withoutFolder(error, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const loadText = (text: string, options: LoadOptions = {}): Promise<LoadedConfig> =>
  loadTexts({ 'c.yaml': text }, options)

/** The faults of a text as people see them: `line:column  message`, or only the message without a position. */
export async function faultsOf(text: string, options: LoadOptions = {}): Promise<string[]> {
  return faultLines(loadText(text, options))
}

export async function faultLines(loading: Promise<unknown>): Promise<string[]> {
  try {
    await loading
    return []
  } catch (error) {
    const faults = error instanceof EbbFaults ? error.faults : [error as EbbError]
    return faults.map(({ details, message }) =>
      details.line === undefined ? message : `${details.line}:${details.column}  ${message}`,
    )
  }
}

/** Paths of the temporary folder differ from run to run. */
function withoutFolder(error: unknown, folder: string): unknown {
  if (!(error instanceof EbbError)) return error
  const clean = ({ details }: EbbError): EbbError =>
    new EbbError({
      ...details,
      where: details.where.replace(`${folder}/`, ''),
      file: details.file?.replace(`${folder}/`, ''),
    })
  return error instanceof EbbFaults ? new EbbFaults(error.faults.map(clean)) : clean(error)
}
