/** One node of the runtime: rows for which it is true take the side that `trueLeft` says, others the next test. */
export interface BranchTest {
  readonly mode: 'BRANCH_LEQ' | 'BRANCH_EQ'
  readonly value: number
  readonly missingIsTrue: boolean
  readonly trueLeft: boolean
}

/** Tests one after the other; rows for which none is true go where `restLeft` says. Each side is named at least once. */
export interface BranchChain {
  readonly tests: readonly BranchTest[]
  readonly restLeft: boolean
}

/**
 * A set of categories as tests on the code 0 … count - 1. Missing (NaN) and unknown codes take the side `missingLeft`, and so
 * come out at the end of the chain. Either each code of the other side is named, or, where that is shorter, the ends of
 * the runs of codes that go together.
 */
export function setTests(isLeft: (code: number) => boolean, count: number, missingLeft: boolean): BranchChain {
  const others = Array.from({ length: count }, (_, code) => code).filter((code) => isLeft(code) !== missingLeft)
  const names = others.map((value) => test('BRANCH_EQ', value, !missingLeft))
  const ends = runEnds(isLeft, count, missingLeft)
  const tests = ends.length < names.length ? ends : names
  // No code goes to the other side: it must be named all the same.
  const never = test('BRANCH_LEQ', -Infinity, !missingLeft)
  return { tests: tests.length === 0 ? [never] : tests, restLeft: missingLeft }
}

const test = (mode: BranchTest['mode'], value: number, trueLeft: boolean): BranchTest => ({
  mode,
  value,
  missingIsTrue: false,
  trueLeft,
})

/** From low to high: up to the end of each run, beginning with the codes below 0. */
function runEnds(isLeft: (code: number) => boolean, count: number, missingLeft: boolean): BranchTest[] {
  const ends: BranchTest[] = []
  let side = missingLeft
  for (let code = 0; code < count; code++) {
    if (isLeft(code) === side) continue
    ends.push(test('BRANCH_LEQ', code - 0.5, side))
    side = !side
  }
  return side === missingLeft ? ends : [...ends, test('BRANCH_LEQ', count - 0.5, side)]
}
