import { join } from 'node:path'
import { dayFromNumber } from '../../core/day.ts'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../plan.ts'
import type { StateOptions } from '../refresh.ts'
import { makeProgram } from '../sweep/make-program.ts'
import { splitPlan, type SweepSplit } from '../sweep/plan-sweep.ts'
import type { SweepProgram } from '../sweep/program.ts'
import { countUsers } from './build-anew.ts'
import { identityOf, type Identity } from './identity.ts'
import { readKept } from './kept-file.ts'
import { KeptStateFault, type KeptSegment, type KeptState } from './kept-state.ts'
import { matchUsers, type KeptUsers } from './kept-users.ts'
import type { SegmentPlace } from './merged-reader.ts'
import { standing, startRestoring, type Restoring } from './restore-rows.ts'

/** What is known of a build before it is known which events are new. */
export interface Begun {
  readonly split: SweepSplit
  /** Of all cutoffs. */
  readonly program: SweepProgram
  readonly identity: Identity
  readonly userCount: number
  readonly users: KeptUsers
  readonly segments: readonly SegmentPlace[]
  /** What a row holds is what it held when rows were kept. */
  readonly isSame: boolean
  /** Kept rows, as many as there are if no old event has changed; null: none, or not wanted any more. */
  restoring: Restoring | null
}

/** Stops what is on its way, and lets go of its memory. */
export function forgetRows(begun: Begun): void {
  begun.restoring?.stop()
  begun.restoring = null
}

/**
 * Has the workers bring kept rows into the result, finds the users of the state, and asks what has changed while the engine
 * is at the users. A sentence where the state is of no use. Throws where its files are damaged.
 */
export async function beginFromState(
  engine: Engine & { readonly scanner: ColumnScanner },
  plan: ExamplePlan,
  options: StateOptions,
): Promise<Begun | string> {
  const { state, signal, folder, pool, findParts } = options
  const { baseDay, userBits, isWide } = state
  if (state.segments.length === 0) return 'no event was kept'
  const split = splitPlan(plan)
  const made = makeProgram(plan, split, { baseDay, userBits, isWide, logarithms: new Float64Array(0) })
  const { program } = made
  const identity = identityOf(plan, made, options.code)
  if (identity.packing !== state.packing) return 'the program, the engine, or what is asked of the events has changed'
  const userCount = await countUsers(engine, plan, signal)
  const isSame = identity.rows === state.rows && plan.mode === 'label'
  const cutoffs = isSame ? standing(state, plan, null) : []
  const restoring =
    cutoffs.length === 0 ? null : startRestoring(pool, { plan, program, userCount, cutoffs, folder, signal })
  try {
    const users = await besides(matchUsers(engine, plan, { folder, users: state.users, signal }), findParts)
    if (typeof users === 'string') {
      restoring?.stop()
      return users
    }
    const place = { folder, users, userCount, recordBytes: program.layout.words * 4 }
    const segments = state.segments.map((segment) => segmentPlace(segment, place))
    return { split, program, identity, userCount, users, segments, isSame, restoring }
  } catch (error) {
    restoring?.stop()
    throw error
  }
}

/**
 * Begins other work, which may hold this thread, once what runs elsewhere is under way. Its failure is told to whoever asks
 * for it again; it has ended when this throws.
 */
async function besides<T>(running: Promise<T>, begin: () => Promise<unknown>): Promise<T> {
  running.catch(() => undefined)
  await new Promise(setImmediate)
  const begun = begin().catch(() => undefined)
  return running.catch(async (error: unknown) => {
    await begun
    throw error
  })
}

/** The reason where rows were kept, but of none of the plan's cutoffs. */
export const otherCutoffs = 'the cutoffs are other days than those whose rows were kept'

/** Says why no more rows of the state were used; `made` are the plan's cutoffs that were made. */
export function whyMore(
  state: KeptState,
  plan: ExamplePlan,
  isSame: boolean,
  made: ExamplePlan['cutoffs'],
): string | null {
  if (plan.mode === 'score') return null
  if (!isSame) return 'features or labels have changed: events were kept, rows were made anew'
  const known = new Set(state.cutoffs.map(({ cutoff }) => dayFromNumber(cutoff)))
  if (known.size > 0 && !plan.cutoffs.some((cutoff) => known.has(cutoff))) return otherCutoffs
  const again = made.filter((cutoff) => known.has(cutoff))
  if (again.length === 0) return null
  const [first] = made
  const many = again.length === 1 ? '1 cutoff' : `${again.length} cutoffs`
  // Rows stand from the plan's first cutoff on, up to the first that is made (`standing`).
  if (!known.has(first!)) return `cutoff ${first} is new: ${many} after it, whose rows were kept, had to be made again`
  return `events that ${many} from ${again[0]} on can see have changed`
}

interface PlaceNow {
  readonly folder: string
  readonly users: KeptUsers
  readonly userCount: number
  readonly recordBytes: number
}

/** Where each user of today finds its records: users keep their order, whoever joins. */
function segmentPlace(segment: KeptSegment, { folder, users, userCount, recordBytes }: PlaceNow): SegmentPlace {
  const bytes = readKept(folder, segment.users)
  const pairs = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const starts = new Uint32Array(new SharedArrayBuffer((userCount + 1) * 4))
  let last = -1
  for (let i = 0; i < pairs.length; i += 2) {
    const index = users.indexOf[pairs[i]!]!
    if (!(index > last))
      throw new KeptStateFault(`${segment.users.name}: users are no longer in the order in which they were kept`)
    starts[index + 1] = pairs[i + 1]!
    last = index
  }
  for (let u = 0; u < userCount; u++) starts[u + 1]! += starts[u]!
  if (starts[userCount] !== segment.events) throw new KeptStateFault(`${segment.users.name}: another number of events`)
  const { blocks } = segment.records
  const ends = new Float64Array(blocks.length)
  for (const [b, [bytes]] of blocks.entries()) ends[b] = bytes + (ends[b - 1] ?? 0)
  if ((ends.at(-1) ?? 0) !== segment.records.bytes || segment.records.bytes !== segment.events * recordBytes)
    throw new KeptStateFault(`${segment.records.name}: another number of bytes`)
  const sums = Float64Array.from(blocks, ([, sum]) => sum)
  return { path: join(folder, segment.records.name), starts, ends, sums }
}
