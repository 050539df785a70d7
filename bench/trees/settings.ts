/** What both sides are told, in our names; peers/table.py has LightGBM's. */
export interface TreeSettings {
  readonly trees: number
  readonly learningRate: number
  readonly maxLeaves: number
  readonly maxBins: number
  readonly minRowsPerLeaf: number
  readonly l2: number
}

/** Of the eight tables. */
export const settings: TreeSettings = {
  trees: 100,
  learningRate: 0.1,
  maxLeaves: 31,
  maxBins: 254,
  minRowsPerLeaf: 20,
  l2: 0,
}
