import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchCase } from '../measurement.ts'
import { peerEnvironment, peerVersion } from '../peers/environment.ts'
import { root } from '../root.ts'
import { runChild } from '../run-child.ts'
import { makeLog } from './make-log.ts'
import { refreshCases } from './refresh-cases.ts'
import { compareValuesOfTags } from './tag-values.ts'
import { tags } from './tags.ts'

interface FeatureSpec {
  readonly users: number
  readonly events: number
  readonly cutoffs: number
  readonly ours: 'sweep' | 'parquet' | 'sql'
  readonly theirs: 'sweep' | 'polars' | 'pandas' | 'duckdb' | 'featuretools'
}

const small = { users: 2_000, events: 98_440, cutoffs: 6 }
const million = { users: 20_000, events: 1_001_503, cutoffs: 6 }
const ten = { users: 200_000, events: 10_020_690, cutoffs: 6 }

const cases: Readonly<Record<string, FeatureSpec>> = {
  'sweep-100k': { ...small, ours: 'sweep', theirs: 'sweep' },
  'sweep-pandas-100k': { ...small, ours: 'sweep', theirs: 'pandas' },
  'sweep-duckdb-100k': { ...small, ours: 'sweep', theirs: 'duckdb' },
  'sweep-featuretools-100k': { ...small, ours: 'sweep', theirs: 'featuretools' },
  'sql-polars-100k': { ...small, ours: 'sql', theirs: 'polars' },
  'sweep-1m': { ...million, ours: 'sweep', theirs: 'sweep' },
  'sweep-featuretools-1m': { ...million, ours: 'sweep', theirs: 'featuretools' },
  'sweep-10m': { ...ten, ours: 'sweep', theirs: 'sweep' },
  'sweep-polars-10m': { ...ten, ours: 'sweep', theirs: 'polars' },
  'sweep-pandas-10m': { ...ten, ours: 'sweep', theirs: 'pandas' },
  'sweep-duckdb-10m': { ...ten, ours: 'sweep', theirs: 'duckdb' },
  'sweep-featuretools-10m': { ...ten, ours: 'sweep', theirs: 'featuretools' },
  'parquet-10m': { ...ten, ours: 'parquet', theirs: 'sweep' },
  'weekly-10m': { ...ten, cutoffs: 52, ours: 'sweep', theirs: 'sweep' },
  'sql-polars-10m': { ...ten, ours: 'sql', theirs: 'polars' },
  'sql-duckdb-10m': { ...ten, ours: 'sql', theirs: 'duckdb' },
  'sweep-50m': { users: 1_000_000, events: 50_194_000, cutoffs: 6, ours: 'sweep', theirs: 'sweep' },
}

/** Tags of the peer that featuretools has no primitive for: time between purchases, longest absence. */
const beyondFeaturetools = 3

/** The 46 tags of a hand-written Python job, from Parquet to a matrix in memory. */
export function featureCases(): BenchCase[] {
  return [...Object.entries(cases).map(([name, spec]) => featureCase(name, spec)), ...refreshCases()]
}

function featureCase(name: string, spec: FeatureSpec): BenchCase {
  const file = join(root, 'out', 'bench-data', `log-${spec.users}.parquet`)
  const threads = 2
  const environment = spec.theirs === 'featuretools' ? 'featuretools' : 'peers'
  const common = [String(spec.cutoffs), String(threads)]
  const [ourValues, theirValues] = ['ours', 'theirs'].map((side) => join(tmpdir(), `ebb-bench-${name}-${side}.bin`))
  const ours = [file, String(spec.users), spec.ours, ...common, ourValues!]
  const theirs = [file, spec.theirs, ...common, theirValues!]
  const peer = spec.theirs === 'sweep' ? 'numpy + polars' : spec.theirs
  return {
    name: `features-${name}`,
    rows: spec.events,
    columns: spec.theirs === 'featuretools' ? tags.length - beyondFeaturetools : tags.length,
    threads,
    peer: { name: peer, version: peerVersion(environment, spec.theirs === 'sweep' ? 'polars' : spec.theirs) },
    prepare: () => Promise.resolve(makeLog(file, spec.users)),
    ours: () => runChild(process.execPath, [join(import.meta.dirname, 'make-ours.js'), ...ours]),
    theirs: () =>
      runChild(peerEnvironment(environment).python, [join(root, 'bench', 'peers', 'features.py'), ...theirs]),
    compare: (a, b) => Promise.resolve(compareValuesOfTags(a, b)),
  }
}
