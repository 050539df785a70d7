import type { Day } from '../../core/day.ts'

/** A file of the state. Its blocks follow each other; [bytes, checksum] of each. */
export interface KeptFile {
  readonly name: string
  readonly bytes: number
  readonly blocks: readonly (readonly [bytes: number, sum: number])[]
}

/** A set of events that is known by its content: equal keys, equal events. Parts are disjoint. */
export interface EventPart {
  readonly key: string
  /** Days of its events, [first, end). */
  readonly first: Day
  readonly end: Day
  readonly events: number
}

/** Records of events by user, in the order of user_index; each user's oldest first. */
export interface KeptSegment {
  readonly records: KeptFile
  /** Pairs (kept id of the user, events) as 32-bit integers, in the order of the records. */
  readonly users: KeptFile
  readonly events: number
}

/** Finished rows of one cutoff; see `row-file.ts`. */
export interface KeptCutoff {
  /** Day number. */
  readonly cutoff: number
  readonly rows: number
  /** Users by prediction and status. */
  readonly population: readonly number[]
  readonly file: KeptFile
}

/** What one build leaves to the next: `state.json` of the folder. */
export interface KeptState {
  readonly schemaVersion: 3
  /** Counts the states; begins the names of the files that this one added. */
  readonly serial: number
  /** Of all that decides how an event becomes a record. */
  readonly packing: string
  /** Of all that decides what a row holds, besides the events. */
  readonly rows: string
  readonly baseDay: number
  readonly userBits: number
  readonly isWide: boolean
  readonly parts: readonly EventPart[]
  /** Kept ids of the users, from 0 on; they never change, while user_index moves when users join. See `kept-users.ts`. */
  readonly users: KeptFile
  readonly segments: readonly KeptSegment[]
  readonly cutoffs: readonly KeptCutoff[]
}

/** The state in a document that was read; null where it is of another version, or none. */
export function readKeptState(document: unknown): KeptState | null {
  const isState = typeof document === 'object' && document !== null && 'schemaVersion' in document
  return isState && document.schemaVersion === 3 ? (document as KeptState) : null
}

/** Every file of a state, once. */
export const filesOf = ({ users, segments, cutoffs }: KeptState): readonly KeptFile[] => [
  users,
  ...segments.flatMap((segment) => [segment.records, segment.users]),
  ...cutoffs.map(({ file }) => file),
]

/** The kept files are not what they were: the state cannot be used. */
export class KeptStateFault extends Error {
  override readonly name = 'KeptStateFault'
}
