import type { SplitReport } from '../../core/artifacts.ts'
import { type Day, dayNumber } from '../../core/day.ts'
import { EbbError } from '../../core/errors.ts'
import { assertPurged } from '../../evaluation/assert-purged.ts'
import { type Part, type SplitPlan, parts as partNames, planSplit } from '../../evaluation/split.ts'
import { userFoldsOf } from '../../evaluation/user-fold.ts'
import type { StageContext } from '../context.ts'
import type { Examples, PartRows } from './examples-type.ts'
import { requireEligible } from './require-eligible.ts'

export interface SplitStage {
  readonly plan: SplitPlan
  readonly parts: PartRows
  readonly report: SplitReport
}

/** Shares the labelled rows out to train, calibrate, select and test; asserts the purge; every part needs both classes. */
export function splitStage(
  { config }: StageContext,
  examples: Examples,
  { userIds, delayDays }: { userIds: readonly string[]; delayDays: number },
): SplitStage {
  const { gapDays, horizonDays } = config.churn
  requireEligible(examples.dataset.rowCount, examples.cutoffs)
  const plan = planSplit({
    cutoffs: examples.cutoffs,
    gapDays,
    horizonDays,
    delayDays,
    spec: structuredClone(config.split) as never,
  })
  assertPurged(plan)
  const partRows = rowsOfParts(plan, examples, userIds)
  const report: SplitReport = {
    mode: plan.mode,
    explanation: plan.explanation,
    parts: partNames.map((part) => describePart(part, plan.parts[part], { rows: partRows[part], examples })),
    purged: plan.purged.map(({ cutoff, reason }) => ({ cutoff, reason })),
  }
  for (const part of report.parts) requireBothClasses(part)
  return { plan, parts: partRows, report }
}

function rowsOfParts(plan: SplitPlan, { dataset }: Examples, userIds: readonly string[]): PartRows {
  const folds = plan.folds === null ? null : userFoldsOf(userIds, plan.folds.count, plan.folds.salt)
  const partsOfCutoff = new Map<number, Part[]>()
  for (const part of partNames)
    for (const cutoff of plan.parts[part])
      partsOfCutoff.set(dayNumber(cutoff), [...(partsOfCutoff.get(dayNumber(cutoff)) ?? []), part])
  const rows: Record<Part, number[]> = { train: [], calibrate: [], select: [], test: [] }
  for (let row = 0; row < dataset.rowCount; row++) {
    const candidates = partsOfCutoff.get(dataset.cutoffs[row]!) ?? []
    const owner = folds === null ? null : plan.folds!.parts[folds[dataset.users[row]!]!]!
    for (const part of candidates) if (part === 'test' || owner === null || part === owner) rows[part].push(row)
  }
  return {
    train: Uint32Array.from(rows.train),
    calibrate: Uint32Array.from(rows.calibrate),
    select: Uint32Array.from(rows.select),
    test: Uint32Array.from(rows.test),
  }
}

function describePart(
  part: Part,
  cutoffs: readonly Day[],
  { rows, examples }: { rows: Uint32Array; examples: Examples },
): SplitReport['parts'][number] {
  const users = new Set<number>()
  let churned = 0
  for (const row of rows) {
    users.add(examples.dataset.users[row]!)
    churned += examples.labels[row]!
  }
  return { part, cutoffs: [...cutoffs], rows: rows.length, users: users.size, baseRate: churned / rows.length }
}

function requireBothClasses({ part, rows, baseRate }: SplitReport['parts'][number]): void {
  if (rows > 0 && baseRate > 0 && baseRate < 1) return
  throw new EbbError({
    code: rows === 0 ? 'PART_EMPTY' : 'ONE_CLASS',
    kind: 'data',
    where: `part ${part}`,
    what: rows === 0 ? 'holds no eligible user' : 'holds one class only',
    expected: 'users who churned and users who stayed',
    received: rows === 0 ? '0 rows' : `${rows} rows, all ${baseRate === 0 ? 'stayed' : 'churned'}`,
    hint: 'look at churn.labels, churn.eligible and the cutoffs: `ebb check CONFIG --data` shows the churn rate of each',
  })
}
