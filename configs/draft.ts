// Shapes of rooms that have not landed their own yet; each is replaced by the room's schema.
import * as z from 'zod'

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


