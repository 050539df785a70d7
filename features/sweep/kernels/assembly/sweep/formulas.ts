/*
 * Formulas over rows, two at a time; features/sweep/sweep-formulas.ts writes the table. Rooms of values begin at a multiple of 16
 * and hold an even number of them. NaN = missing: a bitwise choice puts the one NaN where a divisor is 0, and every other
 * result that is NaN is made the one NaN when it is written out.
 */

function over(a: v128, b: v128): v128 {
  return v128.bitselect(f64x2.splat(NaN), f64x2.div(a, b), f64x2.eq(b, f64x2.splat(0)))
}

function inputAt(inputs: usize, j: i32, at: usize): v128 {
  return v128.load(<usize>load<u32>(inputs + ((<usize>j) << 2)) + at)
}

/**
 * `table`: by formula, words of 32 bits: which (see `valueOf`), 1 where an empty one is 0, address of the results, number of
 * inputs, address of each. `limits`: one double by formula.
 */
export function computeFormulas(table: usize, limits: usize, formulas: i32, rows: i32): void {
  const end = (<usize>((rows + 1) >> 1)) << 4
  for (let f: i32 = 0; f < formulas; f++) {
    const formula = load<i32>(table)
    const isZero = load<i32>(table, 4) != 0
    const into = <usize>load<u32>(table, 8)
    const count = load<i32>(table, 12)
    const inputs = table + 16
    compute(formula, inputs, count, load<f64>(limits + ((<usize>f) << 3)), into, end)
    if (isZero)
      for (let at: usize = 0; at < end; at += 16) {
        const value = v128.load(into + at)
        v128.store(into + at, v128.and(value, f64x2.eq(value, value)))
      }
    table = inputs + ((<usize>count) << 2)
  }
}

function compute(formula: i32, inputs: usize, count: i32, limit: f64, into: usize, end: usize): void {
  if (formula <= 6) return ofTwo(formula, <usize>load<u32>(inputs), <usize>load<u32>(inputs, 4), limit, into, end)
  switch (formula) {
    case 7:
      return below(<usize>load<u32>(inputs), limit, into, end)
    case 8:
      return slope(inputs, count, into, end)
    case 9:
      return countPositive(inputs, count, into, end)
    case 10:
      return sum(inputs, count, into, end)
    case 11:
      return largest(inputs, count, into, end)
    case 12:
      return concentration(inputs, count, into, end)
    case 13:
      return shift(inputs, count >> 1, into, end)
    default:
      abort()
  }
}

/** 0 ratio, 1 difference, 2 product, 3 share, 4 decay, 5 fade, 6 rate; a loop for each. */
function ofTwo(formula: i32, a: usize, b: usize, limit: f64, into: usize, end: usize): void {
  const one = f64x2.splat(1)
  const most = f64x2.splat(limit)
  let at: usize = 0
  if (formula == 0) for (; at < end; at += 16) v128.store(into + at, over(v128.load(a + at), v128.load(b + at)))
  else if (formula == 1)
    for (; at < end; at += 16) v128.store(into + at, f64x2.sub(v128.load(a + at), v128.load(b + at)))
  else if (formula == 2)
    for (; at < end; at += 16) v128.store(into + at, f64x2.mul(v128.load(a + at), v128.load(b + at)))
  else if (formula == 3)
    for (; at < end; at += 16) {
      const part = v128.load(a + at)
      v128.store(into + at, over(part, f64x2.add(part, v128.load(b + at))))
    }
  else if (formula == 4)
    for (; at < end; at += 16)
      v128.store(into + at, over(f64x2.add(v128.load(a + at), one), f64x2.add(v128.load(b + at), one)))
  else if (formula == 5)
    for (; at < end; at += 16)
      v128.store(into + at, over(v128.load(a + at), f64x2.add(over(v128.load(b + at), most), one)))
  else
    for (; at < end; at += 16) {
      const divisor = v128.load(b + at)
      v128.store(into + at, over(v128.load(a + at), v128.bitselect(most, divisor, f64x2.gt(divisor, most))))
    }
}

/** 1 or 0. */
function below(a: usize, limit: f64, into: usize, end: usize): void {
  for (let at: usize = 0; at < end; at += 16) {
    const value = v128.load(a + at)
    const is = v128.and(f64x2.splat(1), f64x2.lt(value, f64x2.splat(limit)))
    v128.store(into + at, v128.bitselect(is, f64x2.splat(NaN), f64x2.eq(value, value)))
  }
}

function slope(inputs: usize, k: i32, into: usize, end: usize): void {
  const divisor = f64x2.splat(<f64>k * (<f64>k * <f64>k - 1))
  for (let at: usize = 0; at < end; at += 16) {
    let sum = f64x2.mul(f64x2.splat(<f64>(1 - k)), inputAt(inputs, 0, at))
    for (let x: i32 = 1; x < k; x++)
      sum = f64x2.add(sum, f64x2.mul(f64x2.splat(<f64>(2 * x - (k - 1))), inputAt(inputs, x, at)))
    v128.store(into + at, f64x2.div(f64x2.mul(sum, f64x2.splat(6)), divisor))
  }
}

function countPositive(inputs: usize, count: i32, into: usize, end: usize): void {
  for (let at: usize = 0; at < end; at += 16) {
    let n = f64x2.splat(0)
    for (let j: i32 = 0; j < count; j++) {
      const value = inputAt(inputs, j, at)
      const is = v128.and(f64x2.splat(1), f64x2.gt(value, f64x2.splat(0)))
      n = f64x2.add(n, v128.bitselect(is, f64x2.splat(NaN), f64x2.eq(value, value)))
    }
    v128.store(into + at, n)
  }
}

function sum(inputs: usize, count: i32, into: usize, end: usize): void {
  for (let at: usize = 0; at < end; at += 16) {
    let total = inputAt(inputs, 0, at)
    for (let j: i32 = 1; j < count; j++) total = f64x2.add(total, inputAt(inputs, j, at))
    v128.store(into + at, total)
  }
}

/** Missing inputs are passed over. */
function largest(inputs: usize, count: i32, into: usize, end: usize): void {
  for (let at: usize = 0; at < end; at += 16) {
    let most = inputAt(inputs, 0, at)
    for (let j: i32 = 1; j < count; j++) {
      const value = inputAt(inputs, j, at)
      // True where `most` is NaN, too.
      const isMore = v128.andnot(f64x2.eq(value, value), f64x2.le(value, most))
      most = v128.bitselect(value, most, isMore)
    }
    v128.store(into + at, most)
  }
}

function concentration(inputs: usize, count: i32, into: usize, end: usize): void {
  for (let at: usize = 0; at < end; at += 16) {
    let total = f64x2.splat(0)
    let squares = f64x2.splat(0)
    for (let j: i32 = 0; j < count; j++) {
      const value = inputAt(inputs, j, at)
      total = f64x2.add(total, value)
      squares = f64x2.add(squares, f64x2.mul(value, value))
    }
    v128.store(into + at, over(squares, f64x2.mul(total, total)))
  }
}

function shift(inputs: usize, half: i32, into: usize, end: usize): void {
  for (let at: usize = 0; at < end; at += 16) {
    let a = f64x2.splat(0)
    let b = f64x2.splat(0)
    for (let j: i32 = 0; j < half; j++) {
      a = f64x2.add(a, inputAt(inputs, j, at))
      b = f64x2.add(b, inputAt(inputs, half + j, at))
    }
    let apart = f64x2.splat(0)
    for (let j: i32 = 0; j < half; j++) {
      const now = f64x2.mul(inputAt(inputs, j, at), b)
      apart = f64x2.add(apart, f64x2.abs(f64x2.sub(now, f64x2.mul(inputAt(inputs, half + j, at), a))))
    }
    v128.store(into + at, over(apart, f64x2.mul(f64x2.mul(f64x2.splat(2), a), b)))
  }
}
