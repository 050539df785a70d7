import { plainLine } from './plain-line.ts'

/** What went wrong, as a scheduler has to know it; `cli/` turns it into the exit code of the contract. */
export type FaultKind =
  | 'usage' // 2: bad arguments, unknown run
  | 'config' // 2: the config is wrong; nothing ran
  | 'data' // 20: input missing, unreadable, against its contract, too short, one class
  | 'leakage' // 20
  | 'gate' // 21
  | 'export' // 22
  | 'temporary' // 75: lock held, no space, temporary I/O
  | 'stage' // 1: a stage failed
  | 'interrupted' // 130 or 143

export interface FaultDetails {
  /** Stable, searchable, e.g. `CONFIG_UNKNOWN_KEY`; `ebb explain CODE` tells more. */
  code: string
  kind: FaultKind
  /** The thing at fault, e.g. `sources.app: data/app.csv` or `feature "logins_28d"`. */
  where: string
  /** What is wrong, without full stop, e.g. `column "amount" is missing`. */
  what: string
  expected?: string
  received?: string
  /** What to do. */
  hint?: string
  /** Position in a text file, 1-based. */
  file?: string
  line?: number
  column?: number
  cause?: unknown
}

/** An error that people read: one line naming where, what, expected, received and what to do. */
export class EbbError extends Error {
  readonly details: FaultDetails
  constructor(details: FaultDetails) {
    super(sentence(details), details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'EbbError'
    this.details = details
  }
  get code(): string {
    return this.details.code
  }
  get kind(): FaultKind {
    return this.details.kind
  }
}

/** Several faults found in one pass; never empty. */
export class EbbFaults extends EbbError {
  readonly faults: readonly EbbError[]
  constructor(faults: readonly EbbError[]) {
    super(faults[0]!.details)
    this.name = 'EbbFaults'
    this.message = faults.map((fault) => fault.message).join('\n')
    this.faults = faults
  }
}

/** Throws nothing for an empty list, the fault itself for one, `EbbFaults` for more. */
export function throwFaults(faults: readonly EbbError[]): void {
  if (faults.length === 1) throw faults[0]!
  if (faults.length > 1) throw new EbbFaults(faults)
}

/** One line whatever the values hold: names and values of data may be made to deceive. */
function sentence(details: FaultDetails): string {
  const { where, what, expected, received, hint } = details
  const clauses = [what]
  if (expected !== undefined) clauses.push(`expected ${expected}`)
  if (received !== undefined) clauses.push(`got ${received}`)
  const text = `${where}: ${clauses.join(', ')}`
  return plainLine(hint === undefined ? text : `${text}; ${hint}`)
}
