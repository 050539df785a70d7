import type { ErrorText } from './error-text.ts'
import { text } from './error-text.ts'

const fault = 'This is a fault of ebb. Run again with --verbose and report what it prints.'

/** Codes of the command line, the engine, the disk and the runs. */
export const systemTexts: Readonly<Record<string, ErrorText>> = {
  AGAINST_NO_FILES: text(
    'usage',
    'A folder given with --against can stand in for files only, and a source of the config is no file.',
    'Write a config that names the older data, and give that.',
  ),
  COMPUTE_WORKER_DIED: text(
    'stage',
    'The worker that trains stopped by itself, mostly for want of memory.',
    'Give it less: fewer cutoffs, sources.*.sample, or a bigger machine.',
  ),
  DATABASE_STOPPED: text(
    'temporary',
    'The database stopped the query or the connection broke while rows were read. Nothing was published.',
    'Run again; statementTimeoutSeconds gives the server more time.',
  ),
  DATABASE_UNREACHABLE: text(
    'temporary',
    'No database server answers at the host and port of the url.',
    'Check that it runs and that this machine may reach it, then run again.',
  ),
  DISK_FAILED: text(
    'stage',
    'A file or folder cannot be written or read.',
    'Check that it exists and whose it is; `ebb doctor` tries the folders.',
  ),
  DISK_FULL: text(
    'temporary',
    'No space left on the disk. Nothing was published.',
    'Make room and run again; --runs and --out choose other folders.',
  ),
  ENGINE_EXTENSION: text(
    'stage',
    'The engine would have to download an extension; ebb never does that.',
    'Use a local file of a bundled format: Parquet, CSV or NDJSON.',
  ),
  ENGINE_FAILED: text(
    'stage',
    'A query failed inside the engine.',
    'The SQL is in the run’s sql/ folder; please report it.',
  ),
  ENGINE_LOAD: text('stage', 'A table could not be handed to the engine.', fault),
  ENGINE_MEMORY: text(
    'temporary',
    'The engine ran out of the memory it may use.',
    'Raise resources.memory or engine.memoryLimit, or lower threads.',
  ),
  ENGINE_TOO_MANY_ROWS: text('stage', 'A query gave more rows than fit the place they are for.', fault),
  INIT_EXISTS: text(
    'usage',
    'The folder already holds what ebb init would write. Nothing was changed.',
    'Name another folder, or move the old files away.',
  ),
  INPUT_CHANGED: text(
    'temporary',
    'An input file changed while it was read.',
    'Run again when the export is complete.',
  ),
  INTERNAL: text('stage', 'Something happened that ebb does not expect.', fault),
  INTERRUPTED: text(
    'interrupted',
    'The run was stopped by a signal. Nothing was published.',
    'Run the same command again.',
  ),
  FOLDER_UNWRITABLE: text(
    'usage',
    'A folder that the command would write to cannot be written to; nothing was run.',
    'Name another with --runs, --out or scores.path, or change its permissions; `ebb doctor --out DIR` tries one.',
  ),
  IO_TEMPORARY: text('temporary', 'Reading or writing failed in a way that often passes.', 'Run again later.'),
  LOCK_HELD: text(
    'temporary',
    'Another process works on the same thing right now.',
    'Wait for it. A lock whose process has died is taken over by itself.',
  ),
  LOCK_LOST: text(
    'temporary',
    'Another process took the lock over, as this one seemed dead. Nothing was published.',
    'Run again. It happens when a machine is suspended for minutes.',
  ),
  PUBLICATION_BROKEN: text(
    'data',
    'Published scores do not agree with their own manifest.',
    'Do not use them: run again. The folder was changed or damaged after publication.',
  ),
  PUBLISHED_ALREADY: text(
    'stage',
    'This run has been published already, and a published folder never changes.',
    'Start a new run.',
  ),
  SIMULATE_FOLDER: text('usage', 'The folder for the simulated log holds other files.', 'Name a new or empty folder.'),
  FEATURES_STALE: text(
    'stage',
    'With features.refresh: verify, rows from an earlier run were not those of a full build. Nothing was published.',
    'What was kept is removed, so the next run computes everything. Please report it: this is a fault of Ebb.',
  ),
  STAGE_FAILED: text(
    'stage',
    'A stage of the run failed.',
    'The message says which and why; events.jsonl of the run has the rest.',
  ),
  USAGE: text('usage', 'The command line cannot be understood.', 'ebb COMMAND --help shows options and examples.'),
  REPORT_NO_RUN: text('usage', 'The folder holds no run.', 'Name a run; `ebb runs` lists them.'),
  RUN_EXISTS: text('usage', 'There is a run of this name already.', 'Start again: the new run gets another id.'),
  RUN_UNKNOWN: text(
    'usage',
    'No run has this id, or several begin like it.',
    '`ebb runs` lists them; @latest is the newest.',
  ),
}
