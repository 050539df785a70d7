import type { Engine } from '../../engines/engine.ts'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import { compileExamples } from '../compile.ts'
import type { CompiledExamples, ExamplePlan } from '../plan.ts'
import { status, statusCount } from './program.ts'

export interface GivenSpine {
  readonly compiled: CompiledExamples
  /** Kinds of churn, ascending. */
  readonly churnKinds: readonly string[]
  /** Writes the status of every example into `statuses` (entry user * cutoffs + cutoff). */
  fill(statuses: Uint8Array): Promise<void>
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
  const kindRows = await engine.rows(
    `SELECT DISTINCT q.churn_kind AS kind FROM (${compiled.select}) AS q WHERE q.churn_kind IS NOT NULL`,
    { signal },
  )
  const churnKinds = kindRows.map((row) => String(row['kind'])).sort()
  if (status.churned + churnKinds.length > statusCount)
    throw new Error(`too many kinds of churn for the sweep: ${churnKinds.join(', ')}`)
  const cutoffs = plan.cutoffs.map((cutoff, k) => `WHEN ${dialect.day(cutoff)} THEN ${k}`).join(' ')
  const kinds = churnKinds.map((kind, i) => `WHEN ${dialect.text(kind)} THEN ${status.churned + i}`).join(' ')
  const churned = kinds === '' ? String(status.churned) : `CASE q.churn_kind ${kinds} ELSE ${status.churned} END`
  const query = `SELECT q.user_index, ${dialect.cast(`CASE q.cutoff ${cutoffs} END`, 'integer')} AS cutoff,
  ${dialect.cast(`CASE WHEN q.label = 1 THEN ${churned} ELSE ${status.example} END`, 'integer')} AS status
FROM (${compiled.select}) AS q`
  const width = plan.cutoffs.length
  return {
    compiled,
    churnKinds,
    fill: (statuses) =>
      engine.scanner.scan(
        [query],
        ({ rows, columns: [users, cutoff, judged] }) => {
          for (let i = 0; i < rows; i++) statuses[users![i]! * width + cutoff![i]!] = judged![i]!
        },
        { signal },
      ),
  }
}
