/** The same for both sides; LightGBM's names are in ../peers/trees.py. */
export const settings = {
  trees: 100,
  learningRate: 0.1,
  maxLeaves: 31,
  maxBins: 254,
  minRowsPerLeaf: 20,
  l2: 0,
  earlyStopping: 0,
} as const
