import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchCase, Measurement } from '../measurement.ts'
import { peerEnvironment } from '../peers/environment.ts'
import { root } from '../root.ts'
import { runChild } from '../run-child.ts'

interface FeatureSpec {
  readonly users: number
  readonly events: number
  readonly cutoffs: number
  readonly ours: 'sweep' | 'parquet' | 'sql'
  readonly theirs: 'sweep' | 'polars' | 'pandas' | 'duckdb'
}

const cases: Readonly<Record<string, FeatureSpec>> = {
  'sweep-1m': { users: 20_000, events: 1_001_503, cutoffs: 6, ours: 'sweep', theirs: 'sweep' },
  'sweep-10m': { users: 200_000, events: 10_020_690, cutoffs: 6, ours: 'sweep', theirs: 'sweep' },
  'sweep-polars-10m': { users: 200_000, events: 10_020_690, cutoffs: 6, ours: 'sweep', theirs: 'polars' },
  'sweep-pandas-10m': { users: 200_000, events: 10_020_690, cutoffs: 6, ours: 'sweep', theirs: 'pandas' },
  'sweep-duckdb-10m': { users: 200_000, events: 10_020_690, cutoffs: 6, ours: 'sweep', theirs: 'duckdb' },
  'parquet-10m': { users: 200_000, events: 10_020_690, cutoffs: 6, ours: 'parquet', theirs: 'sweep' },
  'weekly-10m': { users: 200_000, events: 10_020_690, cutoffs: 52, ours: 'sweep', theirs: 'sweep' },
  'sql-polars-10m': { users: 200_000, events: 10_020_690, cutoffs: 6, ours: 'sql', theirs: 'polars' },
  'sweep-50m': { users: 1_000_000, events: 50_194_000, cutoffs: 6, ours: 'sweep', theirs: 'sweep' },
}

/** The 46 tags of a hand-written Python job, from Parquet to a matrix in memory. */
export function featureCases(): BenchCase[] {
  return Object.entries(cases).map(([name, spec]) => featureCase(name, spec))
}

function featureCase(name: string, spec: FeatureSpec): BenchCase {
  const folder = join(root, 'out', 'bench-data')
  const file = join(folder, `log-${spec.users}.parquet`)
  const threads = 2
  const peers = peerEnvironment()
  const ours = [file, String(spec.users), spec.ours, String(spec.cutoffs), String(threads)]
  const theirs = [file, spec.theirs, String(spec.cutoffs), String(threads)]
  const peer = spec.theirs === 'sweep' ? 'numpy + polars' : spec.theirs
  return {
    name: `features-${name}`,
    rows: spec.events,
    columns: 46,
    threads,
    peer: { name: peer, version: peers.version(spec.theirs === 'sweep' ? 'polars' : spec.theirs) },
    prepare: async () => {
      if (existsSync(file)) return
      mkdirSync(folder, { recursive: true })
      const made = spawnSync(peers.python, [join(root, 'bench', 'peers', 'generate_log.py'), String(spec.users), file])
      if (made.status !== 0) throw new Error(`generate_log.py: ${made.stderr.toString()}`)
    },
    ours: () => runChild(process.execPath, [join(import.meta.dirname, 'make-ours.js'), ...ours]),
    theirs: () => runChild(peers.python, [join(root, 'bench', 'peers', 'features.py'), ...theirs]),
    compare: (a, b) => Promise.resolve(compareTags(a, b)),
  }
}

type Sums = readonly [Readonly<Record<string, number>>, Readonly<Record<string, number>>]

/** Rows and churned must be equal; the greatest relative difference of the tags' sums, and of the counts of known values. */
function compareTags(ours: Measurement, theirs: Measurement): Record<string, number> {
  const [ourSums, ourKnown] = JSON.parse(ours.output!) as Sums
  const [theirSums, theirKnown] = JSON.parse(theirs.output!) as Sums
  const differences = Object.keys(theirSums).map(
    (tag) => Math.abs(ourSums[tag]! - theirSums[tag]!) / Math.max(1, Math.abs(theirSums[tag]!)),
  )
  const counts = Object.keys(theirKnown).map((tag) => Math.abs(ourKnown[tag]! - theirKnown[tag]!))
  return {
    rowDifference: ours.quality['rows']! - theirs.quality['rows']!,
    churnedDifference: ours.quality['churned']! - theirs.quality['churned']!,
    tags: differences.length,
    greatestDifference: Math.max(...differences),
    knownDifference: Math.max(...counts),
  }
}
