/** Optimal string alignment distance: insert, delete, replace and swap of neighbours cost 1 each; 0 when equal. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforeLast[j - 2]! + 1)
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}

/**
 * The known name that `typed` most likely meant, or null: at most a third of the letters differ (case, `_` and `-` are
 * free), or one is the beginning of the other with at least three letters. Ties go to the first in `known`.
 */
export function didYouMean(typed: string, known: readonly string[]): string | null {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, '')
  const wanted = plain(typed)
  let best: string | null = null
  let bestDistance = Infinity
  for (const name of known) {
    const candidate = plain(name)
    const isPrefix = wanted.length >= 3 && (candidate.startsWith(wanted) || wanted.startsWith(candidate))
    const distance = editDistance(wanted, candidate)
    const limit = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3))
    if ((distance <= limit || (isPrefix && candidate.length >= 3)) && distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}
