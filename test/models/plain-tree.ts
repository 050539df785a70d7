/** Slow and obvious: a tree grown over raw values, every cut and every set tried, every sum added up anew. */
export interface PlainTask {
  /** columns[f][row]: a number or NaN; a category as text or null. */
  readonly columns: readonly (readonly number[] | readonly (string | null)[])[]
  readonly g: readonly number[]
  readonly h: readonly number[]
  readonly l1: number
  readonly l2: number
  readonly minH: number
  readonly maxLeaves: number
  readonly maxDepth: number
}

interface Found {
  readonly gain: number
  readonly left: number[]
  readonly right: number[]
}

/** Value of the leaf that each row ends in. */
export function plainTreeValues(task: PlainTask): number[] {
  let leaves = [{ rows: task.g.map((_, row) => row), depth: 0 }]
  while (leaves.length < task.maxLeaves) {
    const found = leaves.map(({ rows, depth }) => (depth < task.maxDepth ? bestSplit(task, rows) : null))
    const best = found.reduce((a, b) => ((b?.gain ?? 0) > (a?.gain ?? 0) ? b : a), null)
    if (best === null) break
    const at = found.indexOf(best)
    const depth = leaves[at]!.depth + 1
    leaves = [...leaves.filter((_, i) => i !== at), { rows: best.left, depth }, { rows: best.right, depth }]
  }
  const values: number[] = []
  for (const { rows } of leaves) for (const row of rows) values[row] = valueOf(task, rows)
  return values
}

function bestSplit(task: PlainTask, rows: readonly number[]): Found | null {
  let best: Found | null = null
  for (const column of task.columns) {
    for (const left of divisions(column, rows)) {
      const right = rows.filter((row) => !left.includes(row))
      if (sum(task.h, left) < task.minH || sum(task.h, right) < task.minH) continue
      const gain = worth(task, left) + worth(task, right) - worth(task, rows)
      if (gain > 1e-9 * worth(task, rows) && gain > (best?.gain ?? 0)) best = { gain, left, right }
    }
  }
  return best
}

/** All left sides that one column allows, neither empty nor everything. */
function divisions(column: PlainTask['columns'][number], rows: readonly number[]): number[][] {
  const isText = column.some((cell) => typeof cell === 'string')
  const sides = isText ? setDivisions(column, rows) : cutDivisions(column as readonly number[], rows)
  return sides.filter((left) => left.length > 0 && left.length < rows.length)
}

function cutDivisions(column: readonly number[], rows: readonly number[]): number[][] {
  const missing = rows.filter((row) => Number.isNaN(column[row]))
  const cuts = [...new Set(rows.map((row) => column[row]!).filter((value) => !Number.isNaN(value)))]
  return cuts.flatMap((cut) => {
    const below = rows.filter((row) => column[row]! <= cut)
    return [below, [...below, ...missing]]
  })
}

/** Every set of categories, missing being one of them. */
function setDivisions(column: PlainTask['columns'][number], rows: readonly number[]): number[][] {
  const levels = [...new Set(rows.map((row) => column[row]))]
  const subsets = Array.from({ length: 2 ** levels.length }, (_, bits) => levels.filter((_level, i) => (bits >> i) & 1))
  return subsets.map((subset) => rows.filter((row) => subset.includes(column[row]!)))
}

const sum = (values: readonly number[], rows: readonly number[]): number => rows.reduce((s, row) => s + values[row]!, 0)

function worth({ g, h, l1, l2 }: PlainTask, rows: readonly number[]): number {
  return Math.max(Math.abs(sum(g, rows)) - l1, 0) ** 2 / (sum(h, rows) + l2)
}

function valueOf({ g, h, l1, l2 }: PlainTask, rows: readonly number[]): number {
  const total = sum(g, rows)
  return (-Math.sign(total) * Math.max(Math.abs(total) - l1, 0)) / (sum(h, rows) + l2)
}
