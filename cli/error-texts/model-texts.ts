import type { ErrorText } from './error-text.ts'
import { text } from './error-text.ts'

const fault = 'This is a fault of ebb. Please report it with the events.jsonl of the run.'

/** Codes of splitting, fitting, predicting and choosing. */
export const modelTexts: Readonly<Record<string, ErrorText>> = {
  EXPORT_FEATURE_NAME: text(
    'usage',
    'A feature has a name that the other program cannot have.',
    'Export as onnx or json, or rename the feature.',
  ),
  EXPORT_FORMAT: text(
    'usage',
    'This kind of model cannot be written in this format.',
    'Use --format onnx or json; only trees can become a model of LightGBM or SQL, and no tree of more than 400 levels SQL.',
  ),
  EXPORT_MODEL: text(
    'usage',
    'This kind of model has no form outside of Ebb.',
    'Boosted trees, forests and logistic regressions can be exported; choose such a model in the config.',
  ),
  FIT_LABELS: text('data', 'The labels do not fit the rows.', fault),
  FIT_MONOTONE: text(
    'config',
    '`monotone` names something that is not a number feature of the model.',
    'Name number features only; `ebb features CONFIG` lists them with their kinds.',
  ),
  FIT_START: text('data', 'Training was to go on from a model of another kind.', 'Give a saved model of gbdt.'),
  START_FROM: text(
    'config',
    '`startFrom` names no model that boosted trees can go on from: another kind, another target, or no tree left to add.',
    'Name a run whose winner is boosted trees, with the same label, horizon, gap and eligibility, and raise `trees`.',
  ),
  START_FEATURES: text(
    'data',
    'The model to go on from has other features, or features that were defined otherwise.',
    'Drop and add features so that they agree (`ebb diff` compares two runs), or train without `startFrom`.',
  ),
  FIT_NO_ROWS: text('data', 'A model got no rows to learn from.', 'Widen the eligibility rule or add cutoffs.'),
  FIT_ONE_CLASS: text(
    'data',
    'All training rows have the same label: there is nothing to tell apart.',
    'Check the label definition and the horizon; `ebb check CONFIG --data` shows churn rates by cutoff.',
  ),
  FIT_WEIGHTS: text('data', 'A row weight is negative, infinite or missing.', fault),
  KERNELS_UNSUPPORTED: text(
    'config',
    'The config asks for WebAssembly kernels and this runtime cannot run them.',
    'Write kernels: auto (or ts): the same results, slower.',
  ),
  KERNEL_MEMORY: text(
    'data',
    'Rows times features need more memory than the kernels can address (4 GiB).',
    'Use fewer rows (a sample of users, fewer cutoffs) or fewer features.',
  ),
  KERNEL_MEMORY_REFUSED: text(
    'temporary',
    'The operating system gave no memory for the kernels.',
    'End other programs, raise the limit of the container, or use fewer rows or features; then run again.',
  ),
  KERNEL_FAILED: text(
    'stage',
    'A kernel, or the thread that ran it, ended in the middle of its work. Nothing was published.',
    'Run it again. If it fails again, try `kernels: ts` for the model, and report it.',
  ),
  MODEL_COLUMN_KIND: text(
    'data',
    'A feature is a number now and was a category in training, or the other way round.',
    'Train again, or bring the source column back to its old type.',
  ),
  MODEL_COLUMN_MISSING: text(
    'data',
    'A feature that the model was trained on is missing.',
    'Train again with this config.',
  ),
  MODEL_FORMAT: text(
    'data',
    'A model file of another program cannot be read, or is none that predicts one probability.',
    'LightGBM: save_model() or dump_model() of a binary model. XGBoost: save_model("model.json") of binary:logistic. Export it again if it is damaged.',
  ),
  MODEL_UNREADABLE: text(
    'data',
    'A saved model cannot be read.',
    'The file is damaged or of another version: train again.',
  ),
  NO_ELIGIBLE_USER: text(
    'data',
    'Nobody can be labelled or scored: churn.eligible lets no user pass.',
    'Check churn.eligible: event types and withinDays; `ebb check CONFIG --data` shows how many users are eligible at each cutoff.',
  ),
  ONE_CLASS: text(
    'data',
    'All rows of a part of the split have the same label.',
    'Check the label definition and the horizon; `ebb check CONFIG --data` shows churn rates by cutoff.',
  ),
  PART_EMPTY: text(
    'data',
    'A part of the split has no eligible user.',
    'Check churn.eligible: event types and withinDays; `ebb check CONFIG --data` shows how many users are eligible.',
  ),
  RUN_NO_MODEL: text(
    'usage',
    'The run has no model: it stopped before it shipped one, or its files are gone.',
    'Choose a run that succeeded; `ebb runs --status succeeded` lists them.',
  ),
  SPLIT_NOT_PURGED: text(
    'leakage',
    'A prediction window of an earlier part reaches into a later one: the model would have seen the future.',
    fault,
  ),
  SPLIT_NO_ROOM: text(
    'data',
    'The time line has no room for the parts of the split.',
    'Add earlier cutoffs, shorten the horizon, or use split.mode: auto.',
  ),
  THRESHOLD_NO_ROWS: text(
    'data',
    'The select part has no rows to choose a threshold on.',
    'Add cutoffs or widen eligibility.',
  ),
  WINNER_UNDEFINED: text(
    'stage',
    'The choosing metric is undefined for every model on select.',
    'Select needs churned and staying users: add cutoffs or widen eligibility.',
  ),
  CALIBRATION_UNREADABLE: text(
    'data',
    'A saved calibration cannot be read.',
    'The file is damaged or of another version: train again.',
  ),
  LOGISTIC_NOT_CONVERGED: text(
    'data',
    'The logistic regression did not settle within its steps.',
    'Raise maxIterations, or set strength: auto.',
  ),
  LOGISTIC_SEPARABLE: text(
    'data',
    'Some columns separate the classes perfectly, so coefficients have no finite value.',
    'Set strength: auto, and look for a column that knows the label.',
  ),
  TRANSFORM_UNREADABLE: text(
    'data',
    'A saved transform of features cannot be read.',
    'The file is damaged or of another version: train again.',
  ),
}
