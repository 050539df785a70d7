import * as z from 'zod'
import { checkOrigin } from './check-origin.ts'
import { postgresSchema } from './postgres.ts'
import { isNumberExpression } from './sources/number-expression.ts'
import { isTimeZone } from './sources/time-zone.ts'
import { volumeSchema } from './volume.ts'

/** The columns of the event model that a source can fill. */
export const eventFields = [
  'user_id',
  'event_time',
  'available_at',
  'event_type',
  'amount',
  'quantity',
  'item',
  'category',
  'channel',
] as const
export type EventField = (typeof eventFields)[number]

const column = z.string().min(1)
const constant = z.string().min(1)
const number = z
  .string()
  .min(1)
  .refine(isNumberExpression, 'a column, or arithmetic (+ - * / and brackets) over columns and numbers')
const timestampFormat = z
  .string()
  .regex(
    /^(?:[^%]|%-?[dmyHIMSj]|%[aAbBYpfgnzZcxX%])+$/,
    'strptime specifiers such as %Y-%m-%d %H:%M:%S (also %d %m %y %b %I %p %f %j %z %Z)',
  )
const timeZone = z.string().refine(isTimeZone, 'an IANA time zone such as Europe/Berlin')

/** How files are found and read; the same for events, attributes and id tables. */
const fileKeys = {
  path: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('A file, a glob (*, **, ?, [ab]) or a list of them, relative to the config; Hive folders key=value work'),
  postgres: postgresSchema
    .optional()
    .describe('A PostgreSQL database instead of a path; all that is read from one url is one snapshot'),
  format: z
    .enum(['parquet', 'csv', 'ndjson'])
    .optional()
    .describe('Default: by the ending (.parquet, .csv, .tsv, .txt, .ndjson, .jsonl; .gz and .zst for the last five)'),
  delimiter: z
    .string()
    .length(1)
    .optional()
    .describe('Between the fields of a CSV; default: a tab for .tsv, else a comma'),
  header: z
    .union([z.boolean(), z.array(column).min(1)])
    .default(true)
    .describe('false: no header line, columns are column1, column2, …; a list names them'),
  decimal: z.enum(['.', ',']).default('.').describe('Decimal point of numbers in text files'),
  thousands: z
    .enum([',', '.', ' ', "'"])
    .optional()
    .describe('Between groups of three digits in text files, e.g. . in 1.234,56; default: such numbers are rejected'),
  encoding: z.enum(['utf-8', 'utf-16', 'latin-1']).default('utf-8').describe('Of text files'),
  nullValues: z
    .array(z.string().min(1))
    .default([])
    .describe('Texts that mean "no value", e.g. NA; an empty field always does'),
  timeZone: timeZone
    .optional()
    .describe("Zone of timestamps that name none (e.g. UTC for a database export); default: the config's timeZone"),
  timeUnit: z
    .enum(['s', 'ms', 'us', 'ns'])
    .optional()
    .describe('Unit of timestamps that are numbers since 1970-01-01 UTC'),
  timestampFormat: z
    .union([timestampFormat, z.array(timestampFormat).min(1)])
    .optional()
    .describe('strptime format(s) tried in order, e.g. "%d.%m.%Y %H:%M"; default ISO 8601'),
  userIdType: z
    .enum(['text', 'integer'])
    .optional()
    .describe('Type of user ids; default: as in a Parquet file, text in the others'),
  ids: z
    .strictObject({
      table: z.string().min(1).optional().describe('Parquet, CSV or NDJSON file'),
      postgres: postgresSchema.optional().describe('A PostgreSQL database instead of a file'),
      from: column.describe("Column with this source's ids"),
      to: column.describe('Column with the user ids'),
      unmatched: z
        .enum(['reject', 'drop', 'keep'])
        .default('reject')
        .describe('Rows whose id is not in the table: rejected, filtered out, or kept under their own id'),
    })
    .refine(
      ({ table, postgres }) => (table === undefined) !== (postgres === undefined),
      'either table (a file) or postgres',
    )
    .optional()
    .describe('Table that turns the ids of this source into user ids: one person over channels'),
  rejects: z
    .strictObject({
      maxFraction: z
        .number()
        .min(0)
        .max(1)
        .default(0)
        .describe('Share of rows that may be unusable before the job stops; 0: not one'),
    })
    .prefault({})
    .describe('Rows that cannot be read are kept apart with the reason'),
}

const severity = z.enum(['error', 'warn']).default('error').describe('error stops the job, warn only reports')
const ruleKeys = {
  nullFraction: z.number().min(0).max(1).optional().describe('At most this share of rows without a value'),
  unique: z.literal(true).optional().describe('No value twice'),
  severity,
}
const textRule = z.strictObject({
  values: z.array(z.string()).min(1).optional().describe('The only values allowed'),
  ...ruleKeys,
})
const numberRule = z.strictObject({
  min: z.number().optional().describe('Smallest value allowed'),
  max: z.number().optional().describe('Largest value allowed'),
  ...ruleKeys,
})
const dayText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a calendar day YYYY-MM-DD')
const timeRule = z.strictObject({
  min: dayText.optional().describe('First day allowed'),
  max: dayText.optional().describe('Last day allowed'),
  severity,
})

const contractSchema = z
  .strictObject({
    event_time: timeRule.optional().describe('Rules for event_time'),
    event_type: textRule.optional().describe('Rules for event_type'),
    amount: numberRule.optional().describe('Rules for amount'),
    quantity: numberRule.optional().describe('Rules for quantity'),
    item: textRule.optional().describe('Rules for item'),
    category: textRule.optional().describe('Rules for category'),
    channel: textRule.optional().describe('Rules for channel'),
  })
  .default({})
  .describe('What must hold for the rows in use, by event column')
export type Contract = z.output<typeof contractSchema>

/** One entry of the config's `sources`: files or a database, and how they become events. No raw SQL reaches the engine. */
export const sourceSchema = z
  .strictObject({
    ...fileKeys,
    columns: z
      .strictObject({
        user_id: column.describe('Who'),
        event_time: column.describe('When; a day, or a time'),
        available_at: column
          .optional()
          .describe('When the row reached you; features see it only at cutoffs after that (late arrivals)'),
        event_type: column.optional().describe('What happened, e.g. purchase'),
        amount: number.optional().describe('Money; a column or arithmetic such as value_cents / 100'),
        quantity: number.optional().describe('A column or arithmetic'),
        item: column.optional().describe('Which article'),
        category: column.optional().describe('Of the article'),
        channel: column.optional().describe('Where it happened, e.g. app'),
      })
      .describe('Event column -> column of the file'),
    set: z
      .strictObject({
        event_type: constant.optional().describe('What happened, in every row'),
        item: constant.optional().describe('Article of every row'),
        category: constant.optional().describe('Category of every row'),
        channel: constant.optional().describe('Channel of every row'),
      })
      .default({})
      .describe('Event column -> the same text for every row'),
    where: z
      .string()
      .min(1)
      .optional()
      .describe("Only these rows, e.g. event_type != 'heartbeat' and amount > 0; over event columns"),
    maxAgeDays: z
      .int()
      .min(0)
      .optional()
      .describe('Freshness: whole days without an event before the as-of day, at most'),
    volume: volumeSchema
      .optional()
      .describe('Same-weekday floor: no day just before the as-of day has far fewer events than usual'),
    delayDays: z.int().min(0).max(3650).default(0).describe('Days until an event of this source is visible'),
    contract: contractSchema,
    deduplicate: z.boolean().default(false).describe('Drop exact duplicates; they are always counted'),
    sample: z.number().gt(0).max(1).default(1).describe('Share of users, by a stable hash of the user id'),
  })
  .superRefine((source, context) => {
    checkOrigin(source, context)
    for (const field of ['event_type', 'item', 'category', 'channel'] as const)
      if (source.columns[field] !== undefined && source.set[field] !== undefined)
        context.addIssue({
          code: 'custom',
          path: ['set', field],
          message: `${field} comes from columns.${field} already`,
        })
    if (source.columns.event_type === undefined && source.set.event_type === undefined)
      context.addIssue({
        code: 'custom',
        path: ['columns'],
        message: 'event_type is needed: map a column, or set a constant (set: { event_type: purchase })',
      })
  })

const attributeType = z.enum(['category', 'number', 'day'])

/** One entry of the config's `attributes`: a table of facts about users, with the day each became valid, or static. */
export const attributeTableSchema = z
  .strictObject({
    ...fileKeys,
    key: column.default('user_id').describe('Column with the user id'),
    validFrom: column.optional().describe('Column with the day or time from which a row holds'),
    static: z.literal(true).optional().describe('The values never change: no validFrom, one row per user'),
    columns: z
      .record(
        z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'a snake_case name'),
        z.union([
          attributeType,
          z.strictObject({
            type: attributeType.describe('What the values are'),
            column: column.describe('Column of the file'),
          }),
        ]),
      )
      .refine((columns) => Object.keys(columns).length > 0, 'at least one column')
      .describe('Attribute -> its type; { type, column } when the column has another name'),
  })
  .superRefine((table, context) => {
    checkOrigin(table, context)
    if ((table.validFrom === undefined) === (table.static === undefined))
      context.addIssue({
        code: 'custom',
        path: ['validFrom'],
        message: 'either validFrom, or static: true, never both; current values in old rows would look into the future',
      })
  })

export type SourceConfig = z.output<typeof sourceSchema>
export type AttributeTableConfig = z.output<typeof attributeTableSchema>
/** What both have in common: everything about finding and reading files. */
export type FileConfig = Pick<SourceConfig, keyof typeof fileKeys>
