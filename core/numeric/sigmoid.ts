/** 1 / (1 + exp(-z)) without overflow; sigmoid(-Infinity) = 0, sigmoid(Infinity) = 1, NaN stays NaN. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z))
  const e = Math.exp(z)
  return e / (1 + e)
}
