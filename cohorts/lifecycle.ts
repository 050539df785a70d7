import { z } from 'zod'
import type { ContextColumn } from '../features/plan.ts'

/** Day limits of the stages; the config's `lifecycle:` section. */
export const lifecycleSchema = z.strictObject({
  newDays: z.int().min(1).default(30).describe('A user is new for so many days after the first event'),
  silentDays: z.int().min(1).default(30).describe('A user without an event for more than so many days is silent'),
  returnedDays: z.int().min(1).default(30).describe('A user who ended a silence is returned for so many days'),
})
export type LifecycleConfig = z.output<typeof lifecycleSchema>

export const lifecycleStages = ['new', 'active', 'silent', 'returned'] as const
export type LifecycleStage = (typeof lifecycleStages)[number]

/** What the stage is decided by; null = never. */
export interface LifecycleFacts {
  readonly daysSinceFirst: number | null
  readonly daysSinceLast: number | null
  /** Days since the end of the last gap of more than `silentDays` days between two active days. */
  readonly daysSinceReturn: number | null
}

/**
 * The stage of a user at a cutoff, the first that holds of: `new` (first event at most newDays before the cutoff),
 * `silent` (last event more than silentDays before it, or no event), `returned` (a silence of more than silentDays days
 * ended at most returnedDays before it), `active`.
 */
export function lifecycleStage(facts: LifecycleFacts, limits: LifecycleConfig): LifecycleStage {
  const { daysSinceFirst, daysSinceLast, daysSinceReturn } = facts
  if (daysSinceFirst !== null && daysSinceFirst <= limits.newDays) return 'new'
  if (daysSinceLast === null || daysSinceLast > limits.silentDays) return 'silent'
  return daysSinceReturn !== null && daysSinceReturn <= limits.returnedDays ? 'returned' : 'active'
}

/** The same stage as a column of the examples: `lifecycle_stage`, VARCHAR, never null. */
export function lifecycleColumn(limits: LifecycleConfig): ContextColumn {
  const base = { family: 'lifecycle', unit: 'days', whenEmpty: 'missing', actionable: false, kind: 'measure' } as const
  const window = { lookbackDays: 'lifetime', offsetDays: 0 } as const
  const first = 'stage_days_since_first'
  const last = 'stage_days_since_last'
  const back = 'stage_days_since_return'
  return {
    name: 'lifecycle_stage',
    kind: 'category',
    features: [
      { ...base, ...window, name: first, description: 'Days since the first event', measure: 'first' },
      { ...base, ...window, name: last, description: 'Days since the last event', measure: 'last' },
      {
        ...base,
        ...window,
        name: back,
        description: 'Days since the end of the last silence',
        measure: 'gaps',
        of: 'daysSinceReturn',
        silentDays: limits.silentDays,
      },
    ],
    expression: (column, dialect) =>
      [
        `CASE WHEN ${column(first)} <= ${limits.newDays} THEN ${dialect.text('new')}`,
        `WHEN ${column(last)} IS NULL OR ${column(last)} > ${limits.silentDays} THEN ${dialect.text('silent')}`,
        `WHEN ${column(back)} <= ${limits.returnedDays} THEN ${dialect.text('returned')}`,
        `ELSE ${dialect.text('active')} END`,
      ].join(' '),
    value: {
      levels: lifecycleStages,
      level: ([daysSinceFirst, daysSinceLast, daysSinceReturn]) =>
        lifecycleStages.indexOf(
          lifecycleStage(
            {
              daysSinceFirst: known(daysSinceFirst!),
              daysSinceLast: known(daysSinceLast!),
              daysSinceReturn: known(daysSinceReturn!),
            },
            limits,
          ),
        ),
    },
  }
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value)
