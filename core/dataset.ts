/** One feature. Numbers: NaN = missing. Categories: `codes[i]` indexes `levels`; code 65,535 = missing. */
export type Column =
  | { readonly kind: 'number'; readonly values: Float32Array }
  | { readonly kind: 'category'; readonly codes: Uint16Array; readonly levels: readonly string[] }

export const missingCode = 65_535

/**
 * Rows of a table, columns in shared memory; `columns[j]` is feature `names[j]`, every column has `rowCount` entries.
 * `users[i]` is the dense user index, `cutoffs[i]` the day number of the cutoff (days since 1970-01-01).
 */
export interface Dataset {
  readonly names: readonly string[]
  readonly columns: readonly Column[]
  readonly rowCount: number
  readonly users: Uint32Array
  readonly cutoffs: Uint16Array
  /** Row weights, finite and >= 0; absent = all 1. */
  readonly weights?: Float32Array
}

/** 1 = churned inside the prediction window. */
export type Labels = Uint8Array
/** P(churn) in [0, 1]. */
export type Probabilities = Float64Array

export const sharedFloat32 = (length: number): Float32Array<SharedArrayBuffer> =>
  new Float32Array(new SharedArrayBuffer(length * 4))
export const sharedFloat64 = (length: number): Float64Array<SharedArrayBuffer> =>
  new Float64Array(new SharedArrayBuffer(length * 8))
export const sharedUint32 = (length: number): Uint32Array<SharedArrayBuffer> =>
  new Uint32Array(new SharedArrayBuffer(length * 4))
export const sharedUint16 = (length: number): Uint16Array<SharedArrayBuffer> =>
  new Uint16Array(new SharedArrayBuffer(length * 2))
export const sharedUint8 = (length: number): Uint8Array<SharedArrayBuffer> =>
  new Uint8Array(new SharedArrayBuffer(length))

/** A new dataset holding the rows `rows` (indices into `dataset`, any order, repeats allowed). */
export function selectRows(dataset: Dataset, rows: Uint32Array, poll: () => void = () => {}): Dataset {
  return {
    names: dataset.names,
    columns: dataset.columns.map((column) => {
      poll()
      return column.kind === 'number'
        ? { kind: 'number', values: gather(column.values, rows, sharedFloat32(rows.length)) }
        : { kind: 'category', codes: gather(column.codes, rows, sharedUint16(rows.length)), levels: column.levels }
    }),
    rowCount: rows.length,
    users: gather(dataset.users, rows, sharedUint32(rows.length)),
    cutoffs: gather(dataset.cutoffs, rows, sharedUint16(rows.length)),
    ...(dataset.weights ? { weights: gather(dataset.weights, rows, sharedFloat32(rows.length)) } : {}),
  }
}

/** Rows begin … end - 1, over the same memory. */
export function sliceRows(dataset: Dataset, begin: number, end: number): Dataset {
  return {
    names: dataset.names,
    columns: dataset.columns.map((column) =>
      column.kind === 'number'
        ? { kind: 'number', values: column.values.subarray(begin, end) }
        : { ...column, codes: column.codes.subarray(begin, end) },
    ),
    rowCount: end - begin,
    users: dataset.users.subarray(begin, end),
    cutoffs: dataset.cutoffs.subarray(begin, end),
    ...(dataset.weights ? { weights: dataset.weights.subarray(begin, end) } : {}),
  }
}

type Numbers = Float32Array | Float64Array | Uint32Array | Uint16Array | Uint8Array

/**
 * `target[i] = source[rows[i]]`; returns `target`, which must be of the same type. One loop per type: a loop that meets
 * several kinds of typed array is ten times as slow.
 */
export function gather<T extends Numbers>(source: T, rows: Uint32Array, target: T): T {
  if (source instanceof Float32Array) gatherFloat32(source, rows, target as Float32Array)
  else if (source instanceof Float64Array) gatherFloat64(source, rows, target as Float64Array)
  else if (source instanceof Uint32Array) gatherUint32(source, rows, target as Uint32Array)
  else if (source instanceof Uint16Array) gatherUint16(source, rows, target as Uint16Array)
  else gatherUint8(source as Uint8Array, rows, target as Uint8Array)
  return target
}

function gatherFloat32(source: Float32Array, rows: Uint32Array, target: Float32Array): void {
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!
}

function gatherFloat64(source: Float64Array, rows: Uint32Array, target: Float64Array): void {
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!
}

function gatherUint32(source: Uint32Array, rows: Uint32Array, target: Uint32Array): void {
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!
}

function gatherUint16(source: Uint16Array, rows: Uint32Array, target: Uint16Array): void {
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!
}

function gatherUint8(source: Uint8Array, rows: Uint32Array, target: Uint8Array): void {
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!
}

/** The same rows with only the named features, in the order given; throws on an unknown name. */
export function selectColumns(dataset: Dataset, names: readonly string[]): Dataset {
  const columns = names.map((name) => {
    const at = dataset.names.indexOf(name)
    if (at < 0) throw new RangeError(`selectColumns: no feature named "${name}"; known: ${dataset.names.join(', ')}`)
    return dataset.columns[at]!
  })
  return { ...dataset, names: [...names], columns }
}
