import type { CaseResult } from './measurement.ts'

/** One line a case: medians, the ratio with the range of its pairs, memory, quality. */
export function resultLine({ name, ours, peer, ratio, ratioRange, memoryRatio, comparison }: CaseResult): string {
  const seconds = (value: number): string => value.toPrecision(3)
  const extras = Object.entries(comparison).map(([key, value]) => `${key} ${plain(value)}`)
  return [
    `${name}: ours ${seconds(ours.medianS)} s, ${peer.name} ${peer.version} ${seconds(peer.medianS)} s`,
    `ratio ${ratio.toFixed(2)} (${ratioRange.map((value) => value.toFixed(2)).join('-')})`,
    `memory ${ours.peakMb.toFixed(0)} / ${peer.peakMb.toFixed(0)} MB = ${memoryRatio.toFixed(2)}`,
    ...extras,
  ].join(', ')
}

function plain(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en')
  return Math.abs(value) < 1e-4 ? value.toExponential(1) : value.toFixed(5)
}
