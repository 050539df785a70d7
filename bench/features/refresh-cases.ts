import { join } from 'node:path'
import type { BenchCase, Measurement } from '../measurement.ts'
import { root } from '../root.ts'
import { runChild } from '../run-child.ts'
import { makeLog } from './make-log.ts'
import { splitLog } from './split-log.ts'
import { tags } from './tags.ts'

interface RefreshSpec {
  readonly users: number
  readonly events: number
  /** With the new one. */
  readonly cutoffs: number
}

const cases: Readonly<Record<string, RefreshSpec>> = {
  'refresh-6-10m': { users: 200_000, events: 10_020_690, cutoffs: 6 },
  'refresh-52-10m': { users: 200_000, events: 10_020_690, cutoffs: 52 },
}

/** One more weekly cutoff from what an earlier build kept, its own state written too, beside a full build that keeps nothing. */
export function refreshCases(): BenchCase[] {
  return Object.entries(cases).map(([name, spec]) => refreshCase(name, spec))
}

function refreshCase(name: string, { users, events, cutoffs }: RefreshSpec): BenchCase {
  const threads = 2
  const folder = join(root, 'out', 'bench-data', `refresh-${users}`)
  const file = join(root, 'out', 'bench-data', `log-${users}.parquet`)
  const program = join(import.meta.dirname, 'refresh-ours.js')
  const settings = [folder, String(users), String(cutoffs), String(threads)]
  const child = (mode: string): Promise<Measurement> => runChild(process.execPath, [program, ...settings, mode])
  return {
    name: `features-${name}`,
    rows: events,
    columns: tags.length,
    threads,
    peer: { name: 'full build', version: 'ours' },
    prepare: async () => {
      makeLog(file, users)
      await splitLog(file, folder)
      await child('state')
    },
    ours: () => child('refresh'),
    theirs: () => child('full'),
    compare: (a, b) => Promise.resolve({ isSameSha256: a.output === b.output ? 1 : 0 }),
  }
}
