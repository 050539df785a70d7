import { EbbError } from '../core/errors.ts'
import { canonicalJson } from '../core/json.ts'
import type { Dialect } from '../engines/dialect.ts'
import { calendarSelect, createCalendar, flagsSelect } from './calendar.ts'
import { attributesBlocks } from './compile/attributes-block.ts'
import type { Block, BlockContext } from './compile/block.ts'
import { builtInContext } from './compile/context-columns.ts'
import { daysBlocks, isDaysMeasure } from './compile/days-block.ts'
import { eventsBlock, isEventMeasure } from './compile/events-block.ts'
import { intervalsBlocks } from './compile/intervals-block.ts'
import { levelTables, maskLevels } from './compile/level-tables.ts'
import { levelsBlocks, type LevelsFeature } from './compile/levels-block.ts'
import { finalSelect } from './compile/final-select.ts'
import { pastLabelBlocks } from './compile/past-labels-block.ts'
import { rowSqlBlocks } from './compile/row-sql-block.ts'
import { sessionsBlocks } from './compile/sessions-block.ts'
import type { Feature, MeasureFeature } from './definition.ts'
import type { MadeTable, TableNames } from './made-table.ts'
import type { CompiledExamples, ExamplePlan, NamedSql } from './plan.ts'
import { compileSpine, type SpineSql } from './spine.ts'
import { lifetime } from './window.ts'

/**
 * Spine, labels and features of all cutoffs as ordered SQL: (1) who is in the spine; (2) the calendar cut at every window
 * edge; (3) events added up per (user, segment) once; (4) segments put together per (user, cutoff) with flags for the
 * windows; (5) ratios at the end. All sums are of integers, so the result is the same for any order of rows and number of
 * threads. The same text serves training and scoring.
 */
export function compileExamples(plan: ExamplePlan, dialect: Dialect): CompiledExamples {
  if (plan.cutoffs.length === 0 || plan.delaysDays.length === 0)
    throw new RangeError('compileExamples(plan): cutoffs and delaysDays must not be empty')
  const table = (name: string): string => dialect.identifier(`${plan.prefix ?? 'ebb_'}${name}`)
  const contextColumns = [...(plan.hasBuiltInContext === false ? [] : builtInContext(plan)), ...plan.context]
  const features = distinctFeatures([
    ...plan.features,
    ...plan.supporting,
    ...contextColumns.flatMap((column) => column.features),
  ])
  const measures = features.filter((feature): feature is MeasureFeature => feature.kind === 'measure')
  const calendar = createCalendar(plan.cutoffs, [lifetime, ...measures])
  const context: BlockContext = { plan, dialect, table, calendar }
  const spine = plan.spine === undefined ? compileSpine(plan, dialect, table) : givenSpine(plan.spine, table)
  const blocks = makeBlocks(context, features, measures)
  const made: readonly MadeTable[] = [
    { name: 'cutoffs', table: table('cutoffs'), select: cutoffsSelect(plan, dialect) },
    ...spine.tables,
    { name: 'calendar', table: table('calendar'), select: calendarSelect(calendar, dialect) },
    {
      name: 'window-flags',
      table: table('flags'),
      select: flagsSelect(calendar, dialect, { cutoffs: table('cutoffs'), calendar: table('calendar') }),
    },
    ...levelTables(context, ['category', 'channel']),
    ...blocks.flatMap((block) => block.tables),
  ]
  const { select, columns } = finalSelect({ context, spine, blocks, features, contextColumns })
  const [first] = spine.predictions
  return {
    statements: made.flatMap((step, i) => statementsOf(step, i, dialect)),
    select,
    columns,
    predictions: spine.predictions,
    populationSelect: first?.populationSelect ?? '',
    excludedSelect: first?.excludedSelect ?? null,
    cleanup: made.toReversed().flatMap((step) => dialect.dropTable(step.table)),
  }
}

function makeBlocks(context: BlockContext, features: readonly Feature[], measures: readonly MeasureFeature[]): Block[] {
  const { levels } = context.plan
  const isCounted = (feature: MeasureFeature): feature is LevelsFeature =>
    feature.measure === 'levels' || (feature.measure === 'distinct' && levels[feature.of].length > maskLevels)
  for (const feature of measures)
    if ('of' in feature && (feature.of === 'category' || feature.of === 'channel') && levels[feature.of].length === 0)
      throw new EbbError({
        code: 'FEATURE_WITHOUT_LEVELS',
        kind: 'data',
        where: `feature "${feature.name}"`,
        what: `no event has a ${feature.of}`,
      })
  return [
    eventsBlock(
      context,
      measures.filter((feature) => isEventMeasure(feature) && !isCounted(feature)),
    ),
    ...daysBlocks(context, measures.filter(isDaysMeasure)),
    ...levelsBlocks(context, measures.filter(isCounted)),
    ...intervalsBlocks(
      context,
      measures.filter((feature) => feature.measure === 'intervals'),
    ),
    ...sessionsBlocks(
      context,
      measures.filter((feature) => feature.measure === 'sessions'),
    ),
    ...rowSqlBlocks(
      context,
      features.filter((feature) => feature.kind === 'rowSql'),
    ),
    ...pastLabelBlocks(
      context,
      features.filter((feature) => feature.kind === 'pastLabel'),
    ),
    ...attributesBlocks(
      context,
      features.filter((feature) => feature.kind === 'asOf'),
    ),
  ]
}

/** The examples are known: the rest of the compiler finds them under the spine's name, and nobody is counted. */
function givenSpine(relation: string, table: TableNames): SpineSql {
  const select = `SELECT g.cutoff, g.user_index, g.label, g.churn_kind FROM ${relation} AS g`
  return {
    tables: [{ name: 'spine', table: table('spine'), select }],
    spine: table('spine'),
    columns: [
      { name: 'label', kind: 'number' },
      { name: 'churn_kind', kind: 'category' },
    ],
    predictions: [],
  }
}

/** One per name; two different definitions of one name are a fault of the caller. */
function distinctFeatures(features: readonly Feature[]): readonly Feature[] {
  const byName = new Map<string, Feature>()
  for (const feature of features) {
    const known = byName.get(feature.name)
    if (known !== undefined && canonicalJson(known) !== canonicalJson(feature))
      throw new EbbError({
        code: 'FEATURE_DUPLICATE',
        kind: 'config',
        where: `feature "${feature.name}"`,
        what: 'declared twice',
      })
    byName.set(feature.name, feature)
  }
  return [...byName.values()]
}

function cutoffsSelect(plan: ExamplePlan, dialect: Dialect): string {
  const rows = plan.cutoffs.map((cutoff) => [dialect.day(cutoff)])
  return `SELECT v.cutoff FROM ${dialect.values('v', ['cutoff'], rows)}`
}

function statementsOf(step: MadeTable, index: number, dialect: Dialect): NamedSql[] {
  const statements = dialect.createTable(step.table, step.select)
  const number = String(index + 1).padStart(2, '0')
  return statements.map((sql, i) => ({ name: `${number}-${step.name}${i === 0 ? '' : `-${i + 1}`}`, sql }))
}
