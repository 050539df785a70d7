/** Sum with Neumaier's compensation (1974): the error does not grow with the length; 0 when empty. */
export function sum(values: ArrayLike<number>): number {
  let total = 0
  let compensation = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const next = total + value
    compensation += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total
    total = next
  }
  return total + compensation
}
