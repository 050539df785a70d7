import type { Column } from '../core/dataset.ts'
import type { SweptExamples } from './sweep.ts'

/** Null where two results hold the same rows, labels and values, bit for bit; else the first thing that differs. */
export function sameExamples(a: SweptExamples, b: SweptExamples): string | null {
  const [ours, theirs] = [arraysOf(a), arraysOf(b)]
  if (a.dataset.rowCount !== b.dataset.rowCount) return `${a.dataset.rowCount} rows instead of ${b.dataset.rowCount}`
  const names = [...ours.keys()]
  if (names.join() !== [...theirs.keys()].join()) return 'other columns'
  return names.find((name) => !isSame(ours.get(name)!, theirs.get(name)!)) ?? null
}

function arraysOf({ dataset, predictions, context }: SweptExamples): ReadonlyMap<string, ArrayBufferView | string> {
  const arrays = new Map<string, ArrayBufferView | string>([
    ['user_index', dataset.users],
    ['cutoff', dataset.cutoffs],
  ])
  const column = (name: string, of: Column): void => {
    arrays.set(name, of.kind === 'number' ? of.values : of.codes)
    if (of.kind === 'category') arrays.set(`levels of ${name}`, of.levels.join('\n'))
  }
  for (const [at, name] of dataset.names.entries()) column(name, dataset.columns[at]!)
  for (const [name, of] of context) column(`${name} (context)`, of)
  for (const [p, { labels, isExample, churnKind, population }] of predictions.entries()) {
    if (labels !== null) arrays.set(`label ${p}`, labels)
    if (isExample !== null) arrays.set(`is_example ${p}`, isExample)
    arrays.set(`churn_kind ${p}`, churnKind.codes)
    arrays.set(`population ${p}`, JSON.stringify(population))
  }
  return arrays
}

function isSame(a: ArrayBufferView | string, b: ArrayBufferView | string): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength)
  return bytes(a).equals(bytes(b))
}
