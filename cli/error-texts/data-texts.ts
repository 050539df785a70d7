import type { ErrorText } from './error-text.ts'
import { text } from './error-text.ts'

/** Codes about what comes in, and about what can be learnt from it. A repeat will not help until the data change. */
export const dataTexts: Readonly<Record<string, ErrorText>> = {
  COLUMN_MISSING: text(
    'data',
    'The config names a column that the file lacks.',
    'Correct the name under columns; the message lists what is there.',
  ),
  CUTOFF_IN_FUTURE: text(
    'data',
    'A cutoff or the as-of day lies after the end of the data.',
    'Take an earlier day, or bring newer data.',
  ),
  CUTOFF_NOT_CLOSED: text(
    'data',
    'The prediction window of a cutoff reaches beyond the data: what has not happened yet would count as churn.',
    'Take earlier cutoffs or a shorter horizon.',
  ),
  DATASET_INVALID: text(
    'data',
    'A computed table cannot be read into memory as numbers and categories.',
    'Look at the column in the message: text where numbers are expected, or too many levels.',
  ),
  DATABASE_QUERY: text(
    'data',
    'The database does not know a table or column, or cannot run the query.',
    'Try the query with psql as the same user; names are written as the database has them, capitals too.',
  ),
  DATABASE_REFUSED: text(
    'data',
    'The database server answered, but does not let this user in, or not in this way.',
    'Check user, password, database and rights, and the keys tls and ca.',
  ),
  EVENT_TYPE_ABSENT: text(
    'data',
    'The label or the eligibility rule names an event type that no event has: every user would count as churned, or none.',
    'Correct the name, or map the type under sources.',
  ),
  FEATURE_WITHOUT_LEVELS: text(
    'data',
    'A feature counts categories or channels, and no event has one.',
    'Map the column under sources, or drop the feature.',
  ),
  HORIZON_TOO_LONG: text(
    'data',
    'The horizon is longer than the data: no cutoff has both a past and a closed prediction window.',
    'Take a shorter horizon or gap, or bring a longer log.',
  ),
  INIT_CHECK_FAILED: text(
    'data',
    'No config could be made that runs on this file.',
    'Write one by hand from a template: `ebb init --template NAME DIR`.',
  ),
  INIT_LOG_TOO_SHORT: text(
    'data',
    'The log is too short to train on one stretch of time and to test on a later one.',
    'Take a longer log: several times the length of the horizon.',
  ),
  INIT_NO_TABLE: text(
    'data',
    'The file is empty, not text, or not a table.',
    'Take a CSV, TSV, NDJSON or Parquet file with one row per event.',
  ),
  INIT_NOT_A_LOG: text(
    'data',
    'The file is a table of facts about users, or lacks a time or a user: churn cannot be seen in it.',
    'Take a log with one row per event: who, when, and what. A table of facts can stand beside it, under attributes.',
  ),
  INPUT_EMPTY: text('data', 'A source has no rows.', 'Check the path, the filter and the export that made the file.'),
  INPUT_FORMAT: text('data', 'The ending of a file says no known format.', 'Set `format:` of the source.'),
  INPUT_FORMATS: text('data', 'One source matches files of different formats.', 'Make two sources of them.'),
  INPUT_HEADER: text(
    'data',
    'The header line of a text file cannot be used.',
    'Check delimiter and encoding; `header:` can name the columns.',
  ),
  INPUT_MISSING: text(
    'data',
    'No file is where the config says.',
    'Paths start from the folder of the config file that says them; globs are *, **, ? and [ab].',
  ),
  INPUT_UNREADABLE: text(
    'data',
    'A file is damaged, cut off or not what its ending says.',
    'Export it again; check the format.',
  ),
  NO_CLOSED_CUTOFF: text(
    'data',
    'No cutoff has both history before it and a closed prediction window.',
    'The message says between which days cutoffs can lie.',
  ),
  VALUE_UNREADABLE: text(
    'data',
    'A value cannot be read as what the config says it is.',
    'Check the column, timestampFormat, decimal and delimiter of the source.',
  ),
  AS_OF_IN_FUTURE: text(
    'data',
    'The as-of day lies after the end of the data.',
    'Take an earlier --as-of, or bring newer data.',
  ),
  ATTRIBUTES_CONFLICT: text(
    'data',
    'One user has several values of an attribute for the same day.',
    'Correct the table, or name its history column under validFrom.',
  ),
  ATTRIBUTES_UNMATCHED: text(
    'data',
    'Few users of the events are in an attribute table.',
    'Check that its key holds the same ids as the events.',
  ),
  CHECK_FAILED: text(
    'data',
    'A check of the data failed.',
    'checks.json of the run has every check with what was observed.',
  ),
  COLUMN_TYPE: text(
    'data',
    'A column has a type that cannot be used for what the config maps it to.',
    'Map another column, or set timeUnit, timestampFormat or userIdType.',
  ),
  CONTRACT_BROKEN: text(
    'data',
    'The data break the contract that the config sets for them.',
    'Correct the data, or the contract; severity: warn only reports.',
  ),
  DATES_IN_FUTURE: text('data', 'Events lie after the end of the data.', 'Declare dataEnd, or filter them with where.'),
  EVENTS_EMPTY: text(
    'data',
    'No event is left after reading and filtering.',
    'Check path, where and dataEnd; quality.json counts what was left out and why.',
  ),
  IDS_CLASH: text(
    'data',
    'Two sources have user ids of different kinds, or an id table is not one-to-one.',
    'Map one onto the other with ids, or declare userIdType.',
  ),
  LEAKAGE: text(
    'leakage',
    'The audit found something that knows more than it may: the model would be right for the wrong reason.',
    'The message names it; `ebb audit CONFIG` shows all that was looked for. What was looked at and is fine goes into audit.allow.',
  ),
  NO_EVENTS: text('data', 'There is no event at all.', 'Check path and where of the sources.'),
  ROWS_REJECTED: text(
    'data',
    'More rows cannot be read than rejects.maxFraction allows.',
    'The rejects folder of the run holds them with the reason. Correct them or raise the limit.',
  ),
  SCORES_BROKEN: text(
    'data',
    'Scores break their own contract; they are not published.',
    'The message says which rule. Run `ebb verify` on older scores to compare.',
  ),
  SOURCE_VOLUME: text(
    'data',
    'A source has far fewer events on its last day than usual on that weekday.',
    'Bring the whole export, or lower volume.floor; checks.json has the numbers.',
  ),
  SOURCE_STALE: text(
    'data',
    'The newest event of a source is older than maxAgeDays allows.',
    'Bring newer data, or raise maxAgeDays.',
  ),
  SWEEP_MEMORY: text(
    'data',
    'One user has more events than the sweep compiler can hold at once; mostly an id that stands for many, such as guests or a robot.',
    'Leave that user out with a filter, or set features.compiler to sql.',
  ),
  SWEEP_SPAN: text(
    'data',
    'The events span more years than the sweep compiler counts seconds for.',
    'Leave wrong dates out with a filter, or set features.compiler to sql.',
  ),
}
