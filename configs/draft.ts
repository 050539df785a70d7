// Shapes of rooms that have not landed their own yet; each is replaced by the room's schema.
import * as z from 'zod'

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a calendar day YYYY-MM-DD')
const names = z.array(z.string().min(1)).min(1)

export const sourceSchema = z.strictObject({
  path: z.union([z.string().min(1), names]).describe('File, list of files or glob'),
  columns: z.record(z.string(), z.string()).describe('Event column -> SQL expression over the source'),
  set: z.record(z.string(), z.string()).default({}).describe('Event column -> constant'),
})

export const attributeTableSchema = z.strictObject({
  path: z.union([z.string().min(1), names]),
  key: z.string().default('user_id'),
  validFrom: z.string().optional(),
  columns: z.record(z.string(), z.enum(['category', 'number', 'day'])),
})

export const labelSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('no_event_in_window'), events: names }),
  z.strictObject({ kind: z.literal('churn_date'), events: names, silenceDays: z.int().min(1) }),
  z.strictObject({ kind: z.literal('explicit'), events: names }),
  z.strictObject({ kind: z.literal('any'), of: names }),
])

export const churnSchema = z.strictObject({
  labels: z.record(z.string(), labelSchema),
  target: z.string(),
  horizonDays: z.int().min(1),
  gapDays: z.int().min(0).default(0),
  eligible: z.union([z.strictObject({ events: names, withinDays: z.int().min(1) }), z.literal('any_history')]),
})

export const cutoffsSchema = z.strictObject({
  every: z.string().default('14d'),
  from: day.optional(),
  to: z.union([z.literal('latest'), day]).default('latest'),
})

export const featuresSchema = z.strictObject({
  use: names.optional(),
  lookbackDays: z.array(z.int().min(1)).min(1).default([7, 30, 90]),
  drop: z.array(z.string()).default([]),
})

export const lifecycleSchema = z.strictObject({
  newDays: z.int().min(1).default(30),
  silentDays: z.int().min(1).default(14),
})
