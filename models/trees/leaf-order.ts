import type { Tree } from './tree.ts'

/** The leaves of a tree from left to right. */
export interface LeafOrder {
  /** By leaf: its place. */
  readonly place: Uint32Array
  /** By node: place of the first leaf below. */
  readonly begin: Uint32Array
  /** By node: place of the first leaf below its right child. */
  readonly middle: Uint32Array
}

export function leafOrder({ left, right, values }: Tree): LeafOrder {
  const nodes = left.length
  const count = new Uint32Array(nodes)
  const below = (child: number): number => (child < 0 ? 1 : count[child]!)
  for (let node = nodes - 1; node >= 0; node--) count[node] = below(left[node]!) + below(right[node]!)
  const begin = new Uint32Array(nodes)
  const middle = new Uint32Array(nodes)
  const place = new Uint32Array(values.length)
  const put = (child: number, at: number): void => {
    if (child < 0) place[~child] = at
    else begin[child] = at
  }
  for (let node = 0; node < nodes; node++) {
    middle[node] = begin[node]! + below(left[node]!)
    put(left[node]!, begin[node]!)
    put(right[node]!, middle[node]!)
  }
  return { place, begin, middle }
}
