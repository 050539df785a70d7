import { readFileSync } from 'node:fs'

/** The largest difference between two files of float64, and how many there are; they must be of one length. */
export function compareValues(ours: string, theirs: string): { values: number; largestDifference: number } {
  const [a, b] = [doubles(ours), doubles(theirs)]
  if (a.length !== b.length) throw new Error(`${ours}: ${a.length} values, ${theirs}: ${b.length}`)
  let largestDifference = 0
  for (let i = 0; i < a.length; i++) largestDifference = Math.max(largestDifference, Math.abs(a[i]! - b[i]!))
  return { values: a.length, largestDifference }
}

function doubles(file: string): Float64Array {
  const bytes = readFileSync(file)
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)
}
