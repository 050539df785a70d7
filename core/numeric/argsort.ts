/** Indices that sort `values` ascending; stable; NaN last; -0 and 0 are equal. */
export function argsort(values: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i)
  return order.sort((a, b) => {
    const x = values[a]!
    const y = values[b]!
    if (x < y) return -1
    if (x > y) return 1
    const isNaNX = Number.isNaN(x)
    const isNaNY = Number.isNaN(y)
    return isNaNX === isNaNY ? a - b : isNaNX ? 1 : -1
  })
}
