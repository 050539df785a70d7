/** So that a rare 0/1 term does not become huge: its standard deviation counts as at least this. */
const leastScale = 0.1

/** Mean and scale of a 0/1 term that is 1 in `share` of train. */
export function indicator(share: number): { mean: number; scale: number } {
  return { mean: share, scale: Math.max(leastScale, Math.sqrt(share * (1 - share))) }
}
