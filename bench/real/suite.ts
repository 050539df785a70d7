import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dataset, Labels } from '../../core/dataset.ts'
import { parseDay } from '../../core/day.ts'
import { cdnowMatrix } from '../../test/support/cdnow-matrix.ts'
import { trainings } from '../compare-predictions.ts'
import type { BenchCase } from '../measurement.ts'
import { pairedInterval } from '../paired-interval.ts'
import { peerEnvironment } from '../peers/environment.ts'
import { root } from '../root.ts'
import { runChild } from '../run-child.ts'
import type { TreeSettings } from '../trees/settings.ts'
import { splitInterval } from './split-interval.ts'
import { telcoTable } from './telco-table.ts'
import { writeFoldTable } from './fold-table.ts'

interface RealData {
  readonly file: string
  readonly read: (file: string) => { x: Dataset; y: Labels }
  readonly shape: { readonly rows: number; readonly columns: number }
}

const splits = { repeats: 10, folds: 10 }
/** LightGBM's own log-loss is lowest about here, of 4 to 31 leaves and 50 to 200 trees; the same for both sides. */
const small: TreeSettings = { trees: 100, learningRate: 0.05, maxLeaves: 8, maxBins: 254, minRowsPerLeaf: 20, l2: 0 }

const data: Readonly<Record<string, RealData>> = {
  cdnow: {
    file: join('data', 'sample', 'cdnow.csv.gz'),
    read: (file) => cdnowMatrix(parseDay('1997-07-04'), file),
    shape: { rows: 23_570, columns: 17 },
  },
  telco: {
    file: join('..', 'shared', 'data', 'telco', 'Telco-Customer-Churn.csv'),
    read: telcoTable,
    shape: { rows: 7043, columns: 19 },
  },
}

/** Ten times cross-validation in ten folds on real data, the same rows, features and settings for both sides. */
export function realCases(): BenchCase[] {
  return Object.entries(data).map(([name, real]) => realCase(`real-${name}`, real))
}

function realCase(name: string, { file, read, shape }: RealData): BenchCase {
  const path = join(root, file)
  const folder = join(root, 'out', 'bench-data', name)
  const peers = peerEnvironment()
  const run = (side: string, program: string, first: string) => {
    const output = join(folder, `${side}.p`)
    return runChild(program, [first, join(folder, 'table.json'), JSON.stringify(small), '1', output])
  }
  return {
    name,
    ...shape,
    threads: 1,
    peer: { name: 'lightgbm', version: peers.version('lightgbm') },
    absent: existsSync(path) ? undefined : `no ${file}`,
    prepare: async () => void writeFoldTable(name, read(path), splits),
    ours: () => run('ours', process.execPath, join(import.meta.dirname, 'cross-validate-ours.js')),
    theirs: () => run('theirs', peers.python, join(root, 'bench', 'peers', 'cross_validate.py')),
    async compare(ours, theirs) {
      const y = new Uint8Array(readFileSync(join(folder, 'train.y')))
      const repeats = [ours, theirs].map(({ output }) => trainings(output!, y.length))
      const pairs = repeats[0]!.map((p, k) => ({ ours: p, theirs: repeats[1]![k]! }))
      const divisions = new Uint8Array(readFileSync(join(folder, 'folds.u8')))
      return { ...pairedInterval(y, pairs), ...splitInterval({ y, pairs, divisions, folds: splits.folds }) }
    },
  }
}
