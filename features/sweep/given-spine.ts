import type { Engine } from '../../engines/engine.ts'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Dialect } from '../../engines/dialect.ts'
import { compileExamples } from '../compile.ts'
import type { CompiledExamples, ExamplePlan, Prediction } from '../plan.ts'
import { status, statusCount } from './program.ts'

export interface GivenSpine {
  readonly compiled: CompiledExamples
  /** Kinds of churn, ascending. */
  readonly churnKinds: readonly string[]
  /** Writes the status of every example of every prediction into its `statuses` (entry user * cutoffs + cutoff). */
  fill(statuses: readonly Uint8Array[]): Promise<void>
}

/** The spine by SQL, for labels that the sweep does not know: its tables are made when this returns. */
export async function makeGivenSpine(
  engine: Engine & { readonly scanner: ColumnScanner },
  plan: ExamplePlan,
  signal: AbortSignal,
): Promise<GivenSpine> {
  const { dialect } = engine
  const bare: ExamplePlan = { ...plan, features: [], supporting: [], context: [], hasBuiltInContext: false }
  const compiled = compileExamples(bare, dialect)
  for (const { sql } of compiled.statements) await engine.execute(sql, { signal })
  const names = compiled.predictions.map(({ columns }) => columns)
  const kindRows = await engine.rows(
    names
      .map(
        ({ churnKind }) =>
          `SELECT DISTINCT q.${churnKind} AS kind FROM (${compiled.select}) AS q WHERE q.${churnKind} IS NOT NULL`,
      )
      .join('\nUNION\n'),
    { signal },
  )
  const churnKinds = kindRows.map((row) => String(row['kind'])).sort()
  if (status.churned + churnKinds.length > statusCount)
    throw new Error(`too many kinds of churn for the sweep: ${churnKinds.join(', ')}`)
  const cutoffs = plan.cutoffs.map((cutoff, k) => `WHEN ${dialect.day(cutoff)} THEN ${k}`).join(' ')
  const judged = names.map((columns) => dialect.cast(statusSql(columns, churnKinds, dialect), 'integer'))
  const query = `SELECT q.user_index, ${dialect.cast(`CASE q.cutoff ${cutoffs} END`, 'integer')} AS cutoff,
  ${judged.map((sql, p) => `${sql} AS status_${p}`).join(',\n  ')}
FROM (${compiled.select}) AS q`
  const width = plan.cutoffs.length
  return {
    compiled,
    churnKinds,
    fill: (statuses) =>
      engine.scanner.scan(
        [query],
        ({ rows, columns: [users, cutoff, ...judgements] }) => {
          for (const [p, one] of judgements.entries())
            for (let i = 0; i < rows; i++) statuses[p]![users![i]! * width + cutoff![i]!] = one[i]!
        },
        { signal },
      ),
  }
}

/** Status of a row `q` of the spine for one prediction. */
function statusSql(
  { label, churnKind, isExample }: Prediction['columns'],
  churnKinds: readonly string[],
  dialect: Dialect,
): string {
  const kinds = churnKinds.map((kind, i) => `WHEN ${dialect.text(kind)} THEN ${status.churned + i}`).join(' ')
  const churned = kinds === '' ? String(status.churned) : `CASE q.${churnKind} ${kinds} ELSE ${status.churned} END`
  const none = isExample === null ? '' : ` WHEN q.${isExample} = 0 THEN ${status.unseen}`
  return `CASE${none} WHEN q.${label} = 1 THEN ${churned} ELSE ${status.example} END`
}
