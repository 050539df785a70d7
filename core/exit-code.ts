import { EbbError, EbbFaults, type FaultKind } from './errors.ts'

/** What a scheduler sees; docs/cli.md says what it should do. 3 to 13 belong to Node. */
export const exitCodes: Readonly<Record<FaultKind, number>> = {
  usage: 2,
  config: 2,
  data: 20,
  leakage: 20,
  gate: 21,
  export: 22,
  temporary: 75,
  stage: 1,
  interrupted: 130,
}

/** When several kinds apply: 2, then 20, 1, 21, 22, 75. */
const precedence: readonly FaultKind[] = [
  'interrupted',
  'usage',
  'config',
  'data',
  'leakage',
  'stage',
  'gate',
  'export',
  'temporary',
]

/** The exit code of faults of these kinds; at least one. */
export function exitCodeOf(kinds: readonly FaultKind[]): number {
  const first = precedence.find((kind) => kinds.includes(kind))
  return first === undefined ? 1 : exitCodes[first]
}

/** The exit code of anything that was thrown; `signal`: what stopped us (`stopped by SIGTERM` means 143). */
export function exitCodeOfError(error: unknown, signal: AbortSignal): number {
  const faults = error instanceof EbbFaults ? error.faults : error instanceof EbbError ? [error] : []
  const code = exitCodeOf(faults.map((fault) => fault.kind))
  return code === exitCodes.interrupted && String(signal.reason).includes('SIGTERM') ? 143 : code
}
