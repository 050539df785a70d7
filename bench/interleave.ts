import type { BenchCase, CaseResult, Measurement, Summary } from './measurement.ts'

/**
 * Runs both sides in turn, the first of each pair changing sides;
 * medians of `runs` pairs.
 */
export async function interleave(
  bench: BenchCase,
  {
    runs,
    compares,
    onPair,
  }: {
    runs: number
    /** Also compare the results of the last pair. */
    compares: boolean
    onPair: (pair: number, ours: Measurement, theirs: Measurement) => void
  },
): Promise<CaseResult> {
  await bench.prepare()
  const ours: Measurement[] = []
  const theirs: Measurement[] = []
  for (let pair = 0; pair < runs; pair++) {
    if (pair % 2 === 0) ours.push(await bench.ours())
    theirs.push(await bench.theirs())
    if (pair % 2 === 1) ours.push(await bench.ours())
    onPair(pair, ours.at(-1)!, theirs.at(-1)!)
  }
  const [us, them] = [summaryOf(ours), summaryOf(theirs)]
  const ratios = ours.map(({ seconds }, pair) => seconds / theirs[pair]!.seconds)
  return {
    name: bench.name,
    rows: bench.rows,
    columns: bench.columns,
    threads: bench.threads,
    runs,
    ours: us,
    peer: { ...bench.peer, ...them },
    ratio: us.medianS / them.medianS,
    ratioRange: [Math.min(...ratios), Math.max(...ratios)],
    memoryRatio: us.peakMb / them.peakMb,
    comparison: compares ? ((await bench.compare?.(ours.at(-1)!, theirs.at(-1)!)) ?? {}) : {},
  }
}

function summaryOf(measurements: readonly Measurement[]): Summary {
  return {
    medianS: median(measurements.map(({ seconds }) => seconds)),
    peakMb: median(measurements.map(({ peakMb }) => peakMb)),
    quality: measurements.at(-1)!.quality,
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
