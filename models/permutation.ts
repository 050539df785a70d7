import {
  type Column,
  type Dataset,
  type Probabilities,
  selectRows,
  sharedFloat32,
  sharedUint16,
} from '../core/dataset.ts'
import type { Random } from '../core/random.ts'
import type { Emit } from '../core/stage.ts'
import { throwIfAborted } from './guards.ts'

export interface PermutationRequest {
  /** The fitted model: P(churn) per row. */
  readonly predict: (x: Dataset) => Promise<Probabilities>
  readonly x: Dataset
  /**
   * What the model loses: lower is better, e.g. log-loss, or 1 - AUC. `rows[i]` is the row of `x` that p[i] belongs to;
   * it is 0, 1, 2 … unless `maxRows` made a sample.
   */
  readonly loss: (p: Probabilities, rows: Uint32Array) => number
  /** Features to judge; default: all of `x`. Unknown ones are a RangeError. */
  readonly features?: readonly string[]
  /** Features that the model reads, where it can tell; the others rise by 0 without a prediction. */
  readonly used?: ReadonlySet<string>
  /** Permutations per feature, >= 1, default 5. */
  readonly repeats?: number
  /** At most so many rows, drawn without replacement; default: all. */
  readonly maxRows?: number
  readonly random: Random
  readonly signal: AbortSignal
  readonly emit: Emit
}

export interface PermutationImportance {
  /** Loss of the model as it is, on the same rows. */
  readonly baseLoss: number
  /** Rows used. */
  readonly rowCount: number
  readonly repeats: number
  /** In the order of `features`. */
  readonly features: readonly {
    readonly feature: string
    /** Mean rise of the loss when the feature is shuffled; near 0 or below: the model does not need it. */
    readonly rise: number
    /** The rise of each repeat: their spread is the noise of shuffling (not of the sample of users). */
    readonly risePerRepeat: readonly number[]
  }[]
}

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019): how much the loss rises when one column is
 * shuffled over the rows. Rows are shuffled singly, over users and cutoffs alike. The generator of each feature hangs
 * on its name, so that asking for fewer features changes nothing for the others. With fewer than 2 rows every rise is 0.
 */
export async function permutationImportance(request: PermutationRequest): Promise<PermutationImportance> {
  const { repeats = 5, random, signal, emit, predict, loss } = request
  if (!(Number.isInteger(repeats) && repeats >= 1))
    throw new RangeError(`permutationImportance: repeats must be an integer >= 1, got ${repeats}`)
  const rows = sampledRows(request)
  const x = rows.length === request.x.rowCount ? request.x : selectRows(request.x, rows)
  const baseLoss = loss(await predict(x), rows)
  const names = request.features ?? x.names
  const features: PermutationImportance['features'][number][] = []
  for (const [done, feature] of names.entries()) {
    emit({ name: 'importance', message: feature, done, total: names.length })
    const at = x.names.indexOf(feature)
    if (at < 0)
      throw new RangeError(`permutationImportance: no feature named "${feature}"; known: ${x.names.join(', ')}`)
    const isUsed = request.used === undefined || request.used.has(feature)
    const risePerRepeat = new Array<number>(repeats).fill(0)
    if (isUsed && !isConstant(x.columns[at]!)) {
      const shuffled = shuffler(x, at, random.child(feature))
      for (let repeat = 0; repeat < repeats; repeat++) {
        throwIfAborted(signal, 'permutation importance')
        risePerRepeat[repeat] = loss(await predict(shuffled()), rows) - baseLoss
      }
    }
    features.push({ feature, rise: risePerRepeat.reduce((a, b) => a + b, 0) / repeats, risePerRepeat })
  }
  emit({ name: 'importance', done: names.length, total: names.length })
  return { baseLoss, rowCount: rows.length, repeats, features }
}

/** All rows, or `maxRows` of them drawn without replacement, ascending. */
function sampledRows({ x, maxRows = Infinity, random }: PermutationRequest): Uint32Array {
  const rows = Uint32Array.from({ length: x.rowCount }, (_, i) => i)
  if (x.rowCount <= maxRows) return rows
  return random.child('rows').shuffle(rows).slice(0, maxRows).sort()
}

/** Each call returns the dataset with column `at` shuffled anew; one copy of that column is reused, `x` is not touched. */
function shuffler(x: Dataset, at: number, random: Random): () => Dataset {
  const column = x.columns[at]!
  const copy: Column =
    column.kind === 'number'
      ? { kind: 'number', values: sharedFloat32(x.rowCount) }
      : { kind: 'category', codes: sharedUint16(x.rowCount), levels: column.levels }
  if (copy.kind === 'number' && column.kind === 'number') copy.values.set(column.values)
  if (copy.kind === 'category' && column.kind === 'category') copy.codes.set(column.codes)
  const permuted: Dataset = { ...x, columns: x.columns.map((other, j) => (j === at ? copy : other)) }
  return () => {
    random.shuffle(copy.kind === 'number' ? copy.values : copy.codes)
    return permuted
  }
}

function isConstant(column: Column): boolean {
  const values = column.kind === 'number' ? column.values : column.codes
  return values.every((value) => Object.is(value, values[0]))
}
