import type { DefinitionLab, DefinitionRate } from '../core/definition-lab.ts'
import { daysBetween } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import type { Engine } from '../engines/engine.ts'
import { followUpFor, labLengths, ratedLengths } from './definition/lengths.ts'
import { definitionRates } from './definition/rates.ts'
import { recommend } from './definition/recommend.ts'
import { type LabContext, segmentsOf, usualReturnDays } from './definition/segments.ts'
import {
  agesSelect,
  churnedSelect,
  labTables,
  type SilenceInput,
  silencesSelect,
  standingSelect,
} from './definition/silence-sql.ts'

export interface DefinitionLabInput extends SilenceInput {
  readonly experiment: string
  readonly horizonDays: number
  /** The chance to return below which a user counts as lost. */
  readonly threshold: number
  /** What the config says now; null where it names no number of silent days. */
  readonly configuredDays: number | null
  /** Longest silence to look at; null: what the log allows. */
  readonly maxDays: number | null
  /** Segments to show besides all. */
  readonly segments: readonly ('value_tier' | 'lifecycle_stage' | 'channel')[]
}

/**
 * What the data say about the number of silent days that make a churn: the chance to return after N silent days (Kaplan and Meier
 * 1958, so that silences which the end of the log cuts short count as what they are: not yet over), who comes back after all, and
 * the churn rate and how it wavers for a range of N. The same bits for any number of threads: all sums are of integers.
 * Throws EbbError `data` when there is no qualifying event.
 */
export async function definitionLab(
  engine: Engine,
  input: DefinitionLabInput,
  signal?: AbortSignal,
): Promise<DefinitionLab> {
  const { horizonDays, threshold, configuredDays, maxDays } = input
  const spanDays = daysBetween(input.dataStart, input.dataEnd)
  const followUpDays = followUpFor(horizonDays, spanDays)
  const lengths = labLengths({ spanDays, horizonDays, maxDays, extra: configuredDays })
  const context: LabContext = { engine, horizonDays, followUpDays, threshold, lengths, spanDays, signal }
  try {
    await makeTable(context, labTables.silences, silencesSelect(input, engine.dialect))
    const [all] = await segmentsOf(context, 'all')
    if (all === undefined) throw noQualifyingEvent(input)
    const others = []
    for (const segment of input.segments) others.push(...(await segmentsOf(context, segment)))
    const recommended = recommend({ curve: all.curve, horizonDays, threshold })
    return {
      schemaVersion: 1,
      experiment: input.experiment,
      events: input.qualifying,
      dataStart: input.dataStart,
      dataEnd: input.dataEnd,
      horizonDays,
      followUpDays,
      threshold,
      configuredDays,
      recommended,
      usualReturnDays: await usualReturnDays(context),
      segments: [all, ...others],
      rates: await ratesOf(context, ratedLengths(lengths, [configuredDays, recommended.silenceDays])),
    }
  } finally {
    for (const table of Object.values(labTables))
      for (const sql of engine.dialect.dropTable(table)) await engine.execute(sql)
  }
}

/** Cutoffs of the churn rates: at most forty, evenly spread, each with its horizon inside the log. */
function rateCutoffs({ spanDays, horizonDays }: LabContext): number[] {
  const last = spanDays - horizonDays
  const step = Math.max(7, Math.ceil(last / 40))
  const cutoffs: number[] = []
  for (let cutoff = last; cutoff >= 1; cutoff -= step) cutoffs.unshift(cutoff)
  return cutoffs
}

async function ratesOf(context: LabContext, lengths: readonly number[]): Promise<DefinitionRate[]> {
  const { engine, horizonDays, signal } = context
  const cutoffs = rateCutoffs(context)
  if (cutoffs.length === 0 || lengths.length === 0) return []
  const integers = (values: readonly number[]) => ({ type: 'integer', values: Int32Array.from(values) }) as const
  await engine.load(labTables.cutoffs, [{ name: 'cutoff', ...integers(cutoffs) }], { signal })
  await engine.load(labTables.rated, [{ name: 'silence_days', ...integers(lengths) }], { signal })
  await makeTable(context, labTables.standing, standingSelect())
  const options = { signal, limit: 1_000_000 }
  const ages = await engine.rows(agesSelect, options)
  const churned = await engine.rows(churnedSelect(horizonDays), options)
  return definitionRates({
    ages: ages.map((row) => ({ cutoff: Number(row['cutoff']), age: Number(row['age']), users: Number(row['n']) })),
    churned: churned.map((row) => ({
      cutoff: Number(row['cutoff']),
      silenceDays: Number(row['silence_days']),
      users: Number(row['n']),
    })),
    cutoffs,
    lengths,
  })
}

async function makeTable({ engine, signal }: LabContext, table: string, select: string): Promise<void> {
  for (const sql of engine.dialect.createTable(table, select)) await engine.execute(sql, { signal })
}

function noQualifyingEvent({ qualifying, dataEnd }: DefinitionLabInput): EbbError {
  return new EbbError({
    code: 'NO_EVENTS',
    kind: 'data',
    where: 'analyze definition',
    what: `no event of ${qualifying.join(', ')} before ${dataEnd}`,
    expected: 'at least one',
  })
}
