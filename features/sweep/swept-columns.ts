import { type Column, missingCode, sharedFloat32, sharedUint16 } from '../../core/dataset.ts'
import type { ContextColumn, ExamplePlan } from '../plan.ts'
import { contextOf, levelColumn, outputFeatures, type SweepSplit } from './plan-sweep.ts'
import type { SweepProgram } from './program.ts'
import type { SweptColumn } from './waiting-rows.ts'

interface Assembling {
  readonly plan: ExamplePlan
  readonly split: SweepSplit
  readonly program: Pick<SweepProgram, 'outputs'>
  /** In the order of the program's outputs. */
  readonly columns: readonly SweptColumn[]
  readonly joined: ReadonlyMap<string, Column>
  readonly rowCount: number
}

export interface Assembled {
  readonly features: { readonly names: readonly string[]; readonly columns: readonly Column[] }
  readonly context: ReadonlyMap<string, Column>
  readonly doubles: ReadonlyMap<string, Float64Array>
}

/** The swept and the joined columns, in the order of the plan. */
export function assembleColumns({ plan, split, program, columns, joined, rowCount }: Assembling): Assembled {
  const doubles = new Map<string, Float64Array>()
  const swept = new Map<string, Column>()
  const levels = new Map(split.swept.map((feature) => [feature.name, levelColumn(feature)]))
  for (const [at, { name, kind }] of program.outputs.entries()) {
    const column = columns[at]!
    if (column instanceof Float64Array) doubles.set(name, column)
    swept.set(
      name,
      kind === 'category' ? categoryOf(column as Uint16Array, plan.levels[levels.get(name)!]) : number(column),
    )
  }
  const all = new Map(
    [...plan.features, ...plan.supporting, ...contextOf(plan).flatMap((column) => column.features)].map((feature) => [
      feature.name,
      feature,
    ]),
  )
  const names = outputFeatures(plan, all).map((feature) => feature.name)
  return {
    features: { names, columns: names.map((name) => swept.get(name) ?? joined.get(name)!) },
    context: new Map(
      contextOf(plan).map((column) => [column.name, joined.get(column.name) ?? contextColumn(column, swept, rowCount)]),
    ),
    doubles,
  }
}

function number(column: SweptColumn): Column {
  if (column instanceof Float32Array) return { kind: 'number', values: column }
  const values = sharedFloat32(column.length)
  for (let i = 0; i < values.length; i++) values[i] = column[i]!
  return { kind: 'number', values }
}

/** Codes of the levels that occur, as a dataset that was read from a file would have them; the given ones stay: they may be on their way to a file. */
function categoryOf(codes: Uint16Array, levels: readonly string[]): Column {
  const place = new Int32Array(missingCode + 1).fill(-1)
  for (let i = 0; i < codes.length; i++) place[codes[i]!] = 0
  place[missingCode] = missingCode
  const used: string[] = []
  for (const [code, level] of levels.entries()) if (place[code] === 0) place[code] = used.push(level) - 1
  if (used.every((level, code) => level === levels[code])) return { kind: 'category', codes, levels: used }
  const own = sharedUint16(codes.length)
  for (let i = 0; i < codes.length; i++) own[i] = place[codes[i]!]!
  return { kind: 'category', codes: own, levels: used }
}

function contextColumn(
  { name, kind, value, features }: ContextColumn,
  swept: ReadonlyMap<string, Column>,
  rows: number,
): Column {
  if (value === null)
    return kind === 'category'
      ? { kind, codes: sharedUint16(rows).fill(missingCode), levels: [] }
      : { kind, values: sharedFloat32(rows).fill(Number.NaN) }
  if (value === 'feature') return swept.get(features[0]!.name)!
  if (value === undefined) throw new RangeError(`context column "${name}" is neither swept nor joined`)
  const inputs = features.map((feature) => {
    const column = swept.get(feature.name)!
    if (column.kind !== 'number') throw new RangeError(`context column "${name}": "${feature.name}" is no number`)
    return column.values
  })
  const codes = sharedUint16(rows)
  const row = inputs.map(() => 0)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < inputs.length; j++) row[j] = inputs[j]![i]!
    codes[i] = value.level(row)
  }
  const ascending = value.levels.map((_, at) => at).sort((a, b) => (value.levels[a]! < value.levels[b]! ? -1 : 1))
  for (let i = 0; i < rows; i++) codes[i] = ascending.indexOf(codes[i]!)
  return categoryOf(
    codes,
    ascending.map((at) => value.levels[at]!),
  )
}
