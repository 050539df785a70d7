import { weighMemory } from '../../core/weigh-memory.ts'
import type { Feature } from '../../features/definition.ts'
import type { ScoreOutput } from '../compute/score-task.ts'
import type { ToScore } from './examples.ts'
import type { ContextCodes, ExampleRows } from './examples-type.ts'
import type { Scoring } from './score-population.ts'
import { partColumns } from './scored-table.ts'

export interface ScoredRowsOptions {
  /** Name of the relation of all rows; those of parts begin with it. */
  readonly relation: string
  /** Definitions of the features that may be reasons. */
  readonly described: readonly Feature[]
  /** Users of all parts, eligible or not. */
  readonly rowsInAll: number
  readonly rowsPerTable: number
}

/** What stays of scored users when their features are gone. */
export interface GatheredRows {
  readonly relation: string
  /** Tables of the engine with score and reasons, in the order of the users. */
  readonly tables: readonly string[]
  readonly users: Uint32Array
  readonly raw: Float64Array
  /** Calibrated. */
  readonly probability: Float64Array
  readonly recentValue: Float32Array
  readonly lifecycle: ContextCodes
  readonly excluded: string | null
}

type GatheredPart = Omit<GatheredRows, 'relation' | 'tables' | 'excluded'>

/** The scores of one prediction, part after part of its users. */
export class ScoredRows {
  private readonly scoring: Scoring
  private readonly options: ScoredRowsOptions
  private readonly byName: ReadonlyMap<string, Feature>
  private readonly modelKey: string
  private readonly parts: GatheredPart[] = []
  private readonly excluded: string[] = []
  private readonly tables: string[] = []

  constructor(scoring: Scoring, options: ScoredRowsOptions) {
    this.scoring = scoring
    this.options = options
    this.byName = new Map(options.described.map((feature) => [feature.name, feature]))
    this.modelKey = `${scoring.context.run.id}/${options.relation}`
  }

  /** Scores some users, who follow those before them. */
  async add({ examples, excluded }: ToScore): Promise<void> {
    const { context, stageName } = this.scoring
    if (excluded !== null) this.excluded.push(excluded)
    await context.clock.stage(context, stageName, () => this.addRows(examples))
    const { rowCount, columns } = examples.dataset
    weighMemory(rowCount * columns.length * Float32Array.BYTES_PER_ELEMENT)
  }

  finish(): GatheredRows {
    const { parts, tables, options, excluded } = this
    return {
      relation: options.relation,
      tables,
      users: joined(Uint32Array, parts, (part) => part.users),
      raw: joined(Float64Array, parts, (part) => part.raw),
      probability: joined(Float64Array, parts, (part) => part.probability),
      recentValue: joined(Float32Array, parts, (part) => part.recentValue),
      lifecycle: joinedCodes(parts.map((part) => part.lifecycle)),
      excluded: excluded.length === 0 ? null : excluded.join('\nUNION ALL\n'),
    }
  }

  private async addRows(examples: ExampleRows): Promise<{ rows: number }> {
    const { context, verdict } = this.scoring
    const { dataset, recentValue, lifecycle } = examples
    const { rowsPerTable } = this.options
    const rows = dataset.rowCount
    if (rows === 0) return { rows }
    const output = await this.score(examples)
    const part = { dataset, lifecycle, output, isCalibrated: verdict.passed }
    for (let begin = 0; begin < rows; begin += rowsPerTable) {
      const table = `${this.options.relation}_part_${this.tables.length}`
      const columns = await partColumns(part, this.byName, { begin, end: Math.min(begin + rowsPerTable, rows) })
      await context.engine.load(table, columns, { signal: context.signal })
      this.tables.push(table)
    }
    const { raw, probability } = output
    // Copies: what shares memory with a part would keep the part.
    const users = dataset.users.slice()
    this.parts.push({ users, raw, probability, recentValue: recentValue.slice(), lifecycle })
    return { rows }
  }

  private score({ dataset }: ExampleRows): Promise<ScoreOutput> {
    const { context, shipped, features } = this.scoring
    const { reasons } = context.config.scores
    const actionable = new Set(
      [...features.measured, ...features.fitted].filter(({ actionable: is }) => is).map(({ name }) => name),
    )
    return context.pool.run(
      'score',
      {
        modelKey: this.modelKey,
        bundle: shipped.fit.bundle,
        calibration: shipped.calibration.map,
        dataset,
        rowsInAll: this.options.rowsInAll,
        reasons: reasons.count,
        reasonFeatures: features.inUse.filter((name) => !reasons.onlyActionable || actionable.has(name)),
      },
      { ...context, random: context.random.child('score') },
    )
  }
}

type Numbers = Uint32Array | Float32Array | Float64Array

function joined<T extends Numbers>(
  type: new (length: number) => T,
  parts: readonly GatheredPart[],
  of: (part: GatheredPart) => T,
): T {
  const all = new type(parts.reduce((sum, part) => sum + of(part).length, 0))
  let at = 0
  for (const part of parts) {
    all.set(of(part), at)
    at += of(part).length
  }
  return all
}

/** One dictionary, ascending, of the levels that occur. */
function joinedCodes(parts: readonly ContextCodes[]): ContextCodes {
  const levels = [...new Set(parts.flatMap((part) => part.levels))].sort((a, b) => (a < b ? -1 : 1))
  const codes = new Uint16Array(parts.reduce((sum, part) => sum + part.codes.length, 0))
  let at = 0
  for (const part of parts) {
    const place = part.levels.map((level) => levels.indexOf(level))
    for (const code of part.codes) codes[at++] = place[code] ?? code
  }
  return { codes, levels }
}
