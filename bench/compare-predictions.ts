import { readFileSync } from 'node:fs'
import { pairedInterval } from './paired-interval.ts'

/**
 * Quality of both sides with paired intervals, see `pairedInterval`. Files of predictions are float64, all test rows after
 * one training, then all after the next; the n-th files of both sides are about the same trainings.
 */
export function comparePredictions(files: {
  readonly labels: string
  readonly ours: readonly string[]
  readonly theirs: readonly string[]
}): Readonly<Record<string, number>> {
  const y = new Uint8Array(readFileSync(files.labels))
  const [ours, theirs] = [files.ours, files.theirs].map((names) => names.flatMap((name) => trainings(name, y.length)))
  return pairedInterval(
    y,
    ours!.map((p, k) => ({ ours: p, theirs: theirs![k]! })),
  )
}

/** A file of float64 in pieces of `rows`. */
export function trainings(file: string, rows: number): Float64Array[] {
  const bytes = readFileSync(file)
  const all = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
  return Array.from({ length: all.length / rows }, (_, k) => all.subarray(k * rows, (k + 1) * rows))
}
