import type { CheckResult, InputFile, QualityReport } from '../core/artifacts.ts'
import type { Day } from '../core/day.ts'
import { EbbFaults, type EbbError } from '../core/errors.ts'
import type { Emit } from '../core/stage.ts'
import type { Engine } from '../engines/engine.ts'
import type { ExtractedRelations } from './event-table.ts'
import type { AttributeTableConfig, SourceConfig } from './sources.ts'

export interface ExtractRequest {
  readonly engine: Engine
  /** The config's `sources`, at least one, by name. */
  readonly sources: Readonly<Record<string, SourceConfig>>
  readonly attributes: Readonly<Record<string, AttributeTableConfig>>
  /** The config's zone: event_time becomes its wall-clock time. */
  readonly timeZone: string
  /** The config's `dataEnd`; null: the day after the last event. */
  readonly declaredDataEnd: Day | null
  /** `--as-of`; null when not given. Rows at or after it are never used. */
  readonly asOf: Day | null
  /** Folder against which paths of the config are meant. */
  readonly baseDir: string
  /** Here lies `<source>.parquet` for every source with rejects. Made when needed. */
  readonly rejectsDir: string
  /** Scratch space for text files on their way in; they must stay until the engine closes. */
  readonly workDir: string
  readonly signal?: AbortSignal
  readonly emit: Emit
}

/** What was seen, also when the job must stop: for quality.json, inputs.json and checks.json. */
export interface ExtractEvidence {
  readonly quality: QualityReport
  readonly inputs: readonly InputFile[]
  readonly checks: readonly CheckResult[]
}

export interface Level {
  readonly name: string
  readonly events: number
}

export interface Extracted extends ExtractEvidence {
  readonly relations: ExtractedRelations
  /** Exclusive: declared, else the day after the last event; with `asOf` never later than that day. */
  readonly dataEnd: Day
  /** Of the events in use. */
  readonly firstEventDay: Day
  readonly lastEventDay: Day
  /** Values in use, most events first, ties by name; at most 10,000 each. NULL is not listed. */
  readonly levels: {
    readonly eventTypes: readonly Level[]
    readonly categories: readonly Level[]
    readonly channels: readonly Level[]
  }
  /** True when at least one source fills the column. */
  readonly has: Readonly<Record<'amount' | 'quantity' | 'item' | 'category' | 'channel', boolean>>
  readonly counts: { readonly events: number; readonly users: number }
  readonly userIdType: 'BIGINT' | 'VARCHAR'
  /** What ran on the engine, in order, for the run's `sql/`. */
  readonly statements: readonly Statement[]
}

export interface Statement {
  /** File name without ending, e.g. `source_app`. */
  readonly name: string
  readonly sql: string
}

/** The data may not be used; `evidence` is what the run directory should still show. Kind `data`. */
export class ExtractRefused extends EbbFaults {
  readonly evidence: ExtractEvidence
  constructor(faults: readonly EbbError[], evidence: ExtractEvidence) {
    super(faults)
    this.name = 'ExtractRefused'
    this.evidence = evidence
  }
}
