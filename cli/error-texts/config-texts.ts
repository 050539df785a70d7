import type { ErrorText } from './error-text.ts'
import { text } from './error-text.ts'

const seeSchema = 'docs/config.md lists every key; `ebb schema` gives the JSON Schema for your editor.'

/** Codes of configs: nothing ran. */
export const configTexts: Readonly<Record<string, ErrorText>> = {
  CONFIG_SECRET: text(
    'config',
    'A password stands in the config; from there it would get into the record of every run.',
    'Put the whole url into an environment variable and write "${env:NAME}".',
  ),
  DATABASE_URL: text(
    'config',
    'The url of a database cannot be read.',
    'Write postgres://user:password@host:5432/database; special characters of a password are percent-encoded.',
  ),
  CONFIG_AS_OF: text(
    'config',
    'The config uses ${asOf}, and no as-of day is known.',
    'Pass --as-of DAY, or write dataEnd as a plain day.',
  ),
  CONFIG_CONDITION: text(
    'config',
    'A condition (`where`, `when`) cannot be read.',
    "Write comparisons joined by and, or, not, e.g. event_type = 'purchase' and amount > 200. Text stands in single quotes.",
  ),
  CONDITION_INVALID: text(
    'config',
    'A condition cannot be read, or names a column that is not there.',
    "Write comparisons joined by and, or, not, e.g. days_since_login > 30 and tier = 'gold'.",
  ),
  CONFIG_DUPLICATE_KEY: text(
    'config',
    'A key stands twice in one map; YAML would silently take one of them.',
    'Remove or rename one of the two.',
  ),
  CONFIG_EMPTY: text('config', 'The config file is empty.', 'Start from configs/quickstart.yaml.'),
  CONFIG_EMPTY_SECTION: text(
    'config',
    'A section that needs at least one entry has none.',
    'Add a source, a label or a model. `null` in a profile removes an inherited entry.',
  ),
  CONFIG_ENV: text(
    'config',
    'The config names an environment variable that is not set.',
    'Set it, or give a default: ${env:NAME:-default}.',
  ),
  CONFIG_EXTENDS: text(
    'config',
    '`extends` does not name one other config file, or files extend each other in a circle.',
    'Write the path of one file, relative to the file that says it.',
  ),
  CONFIG_FEATURE: text(
    'config',
    'A feature does not exist, or cannot be made as declared.',
    '`ebb features CONFIG` lists every feature that the config can have.',
  ),
  CONFIG_FILE: text('config', 'A config file cannot be read.', 'Check the path and that it is UTF-8 text.'),
  CONFIG_LABEL: text(
    'config',
    'A label refers to one that does not exist, or to itself.',
    'churn.target and `of` take names of churn.labels.',
  ),
  CONFIG_MISSING_KEY: text('config', 'A key that has no default is missing.', seeSchema),
  CONFIG_NAME: text(
    'config',
    'A name cannot be used in file names and metric keys.',
    'Take a letter first, then at most 63 letters, digits, _ or -.',
  ),
  CONFIG_PLACEHOLDER: text(
    'config',
    'Unknown ${...} in a value.',
    'Known are ${env:NAME}, ${env:NAME:-default} and ${asOf}.',
  ),
  CONFIG_PROFILE: text('config', 'The config has no profile of that name.', 'Look under `profiles:` in the config.'),
  CONFIG_SETTING: text('usage', 'A -s setting cannot be read.', 'Write -s path.to.key=value; the value is YAML.'),
  CONFIG_TIERS: text(
    'config',
    'The mid tier would hold nobody.',
    'Tiers are counted from the top: mid must be larger than high, e.g. top 10% and top 30%.',
  ),
  CONFIG_TIME_ZONE: text('config', 'Unknown time zone.', 'Write an IANA name such as Europe/Berlin or UTC.'),
  CONFIG_TYPE: text('config', 'A value has another type than the key takes.', seeSchema),
  CONFIG_UNKNOWN_KEY: text(
    'config',
    'A key is not known at that place. Unknown keys are errors, so that a typo cannot pass for a setting.',
    'Correct it, or begin it with x- if it is a note of your own.',
  ),
  CONFIG_VALUE: text('config', 'A value is outside of what the key allows.', seeSchema),
  CONFIG_WINDOWS: text(
    'config',
    'By the config alone, no cutoff can have a closed prediction window.',
    'Cutoff + gap + horizon + source delay must not pass dataEnd: take earlier cutoffs or a shorter horizon.',
  ),
  CONFIG_YAML: text(
    'config',
    'The file is not one YAML 1.2 document with a map at its top.',
    'Check indentation, quotes and colons near the position.',
  ),
  CHURN_INVALID: text(
    'config',
    'The churn section contradicts itself.',
    'Check that target and `of` name labels, and that windows have at least one day.',
  ),
  CUTOFFS_EMPTY: text(
    'config',
    'The first cutoff lies after the last.',
    'Take an earlier cutoffs.from or a later cutoffs.to.',
  ),
  DAY_INVALID: text('config', 'Not a day of the calendar.', 'Write YYYY-MM-DD, between 1970-01-01 and 2149-06-06.'),
  FEATURE_ATTRIBUTE: text(
    'config',
    'A feature reads an attribute that no attribute table declares.',
    'Add the column under attributes, or correct the name.',
  ),
  FEATURE_DUPLICATE: text('config', 'Two features have the same name.', 'Rename the one under features.add.'),
  FEATURE_INVALID: text(
    'config',
    'A feature cannot be computed as declared.',
    'Check formula, inputs and lookback; `ebb features CONFIG` lists the names that can be used.',
  ),
  ROW_SQL_INVALID: text(
    'config',
    'The expression of a rowSql feature cannot be read.',
    'It is one number made of aggregates over the columns of the window; docs/config.md lists columns and functions.',
  ),
  METRIC_UNKNOWN: text('config', 'No such metric.', 'docs/config.md lists the metrics.'),
  MODEL_KIND_UNKNOWN: text('config', 'No such kind of model.', 'docs/config.md lists the kinds.'),
  SIZE_INVALID: text('config', 'Not a size.', 'Write a number with a unit, such as 4GB or 512MiB.'),
  SPLIT_CUTOFF_UNKNOWN: text(
    'config',
    'The split names days that are not closed cutoffs of this experiment.',
    'Take days of the cutoffs section, or numbers of cutoffs.',
  ),
  SOURCES_EMPTY: text('config', 'The config has no source.', 'Add one under sources.'),
  SWEEP_IMPOSSIBLE: text(
    'config',
    'The config insists on the sweep for features that only SQL can make here.',
    'Set features.compiler to auto.',
  ),
}
