import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type {
  CatalogEntry,
  CheckResult,
  CurveFiles,
  ImportanceRow,
  InputFile,
  Leaderboard,
  Population,
  QualityReport,
  RunRecord,
  ScoringSummary,
  SliceReport,
  SplitReport,
  TargetSummary,
  Timings,
} from '../core/artifacts.ts'
import type { AuditReport, TagReport } from '../core/audit-artifacts.ts'
import { EbbError } from '../core/errors.ts'
import { parseJson } from '../core/json.ts'
import { runFiles } from '../store/layout.ts'

/** What the report reads of a run's folder; null where a file is missing (see `absences`). */
export interface RunFiles {
  readonly run: RunRecord
  readonly checks: readonly CheckResult[] | null
  readonly inputs: readonly InputFile[] | null
  readonly quality: QualityReport | null
  readonly population: Population | null
  readonly split: SplitReport | null
  readonly leaderboard: Leaderboard | null
  readonly timings: Timings | null
  readonly slices: SliceReport | null
  readonly catalog: readonly CatalogEntry[] | null
  readonly tags: TagReport | null
  readonly audit: AuditReport | null
  readonly importance: readonly ImportanceRow[] | null
  readonly scoring: ScoringSummary | null
  readonly targets: readonly TargetSummary[] | null
  readonly roc: CurveFiles['roc'] | null
  readonly pr: CurveFiles['pr'] | null
  readonly calibration: CurveFiles['calibration'] | null
  readonly gains: CurveFiles['gains'] | null
  readonly scores: CurveFiles['scores'] | null
  /** File name -> why it cannot be shown. */
  readonly absences: ReadonlyMap<string, string>
}

const optionalFiles = {
  checks: runFiles.checks,
  inputs: runFiles.inputs,
  quality: runFiles.quality,
  population: runFiles.population,
  split: runFiles.split,
  leaderboard: runFiles.leaderboard,
  timings: runFiles.timings,
  slices: runFiles.slices,
  catalog: runFiles.catalog,
  tags: runFiles.tags,
  audit: runFiles.audit,
  importance: runFiles.importance,
  scoring: runFiles.scoring,
  targets: runFiles.targetList,
  roc: `${runFiles.plots}/roc.json`,
  pr: `${runFiles.plots}/pr.json`,
  calibration: `${runFiles.plots}/calibration.json`,
  gains: `${runFiles.plots}/gains.json`,
  scores: `${runFiles.plots}/scores.json`,
} as const satisfies Partial<Record<keyof RunFiles, string>>

export type OptionalFile = keyof typeof optionalFiles

/** Name of the file behind a part of RunFiles. */
export const fileOf = (part: OptionalFile): string => optionalFiles[part]

/** Reads a run's folder. Throws an EbbError of kind `usage` when it has no readable run.json; all else may be missing. */
export async function readRunFiles(runDir: string): Promise<RunFiles> {
  const absences = new Map<string, string>()
  const read = async (name: string): Promise<unknown> => {
    try {
      return parseJson(await readFile(join(runDir, name), 'utf8'))
    } catch (error) {
      absences.set(name, whyAbsent(name, error))
      return null
    }
  }
  const run = (await read(runFiles.run)) as RunRecord | null
  if (run === null)
    throw new EbbError({
      code: 'REPORT_NO_RUN',
      kind: 'usage',
      where: runDir,
      what: absences.get(runFiles.run) ?? 'run.json is empty',
      expected: 'the folder of a run',
    })
  const parts = Object.entries(optionalFiles)
  const values = await Promise.all(parts.map(async ([part, name]) => [part, await read(name)] as const))
  return { run, absences, ...Object.fromEntries(values) } as unknown as RunFiles
}

function whyAbsent(name: string, error: unknown): string {
  if ((error as { code?: string }).code === 'ENOENT') return `${name} is not in the run's folder`
  return error instanceof SyntaxError ? `${name} is not whole JSON` : `${name} cannot be read`
}
