import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Swept } from '../sweep/run-sweep.ts'
import type { SweepPool } from '../sweep/sweep-pool.ts'
import { both } from './both.ts'
import { counter } from './counter.ts'
import type { Building } from './finish-build.ts'
import { writeKept } from './kept-file.ts'
import { keepRows } from './keep-rows.ts'
import type { KeptSegment, KeptState } from './kept-state.ts'
import { keepUsers } from './kept-users.ts'

/** Segments beyond this number are written into one again. */
const mostSegments = 8

/**
 * Adds to the folder what the state did not hold and returns the state of now; nothing that is there is changed. Null
 * where the disk refuses: then a warning says so, and the next build begins anew.
 */
export async function writeState(
  engine: Engine & { readonly scanner: ColumnScanner },
  building: Building,
  swept: Swept,
): Promise<KeptState | null> {
  const { options, serial, identity, users, previous, read } = building
  const { folder, signal, pool } = options
  try {
    const [cutoffs, segments] = await both(keepRows(pool, building, swept), keepEvents(pool, building))
    const name = `${serial}-users.bin`
    const isNobodyNew = previous !== null && users.joined === 0
    const keptUsers = isNobodyNew
      ? previous.state.users
      : await keepUsers(engine, building.plan, { folder, name, users, signal })
    const { baseDay, layout } = read.made.program
    return {
      schemaVersion: 3,
      serial,
      ...identity,
      baseDay,
      userBits: layout.user.bits,
      isWide: layout.isWide,
      parts: options.parts.parts,
      users: keptUsers,
      segments,
      cutoffs: [...(previous?.restoring?.cutoffs ?? []), ...cutoffs],
    }
  } catch (error) {
    for (const name of readdirSync(folder))
      if (name.startsWith(`${serial}-`)) rmSync(join(folder, name), { force: true })
    signal.throwIfAborted()
    const message = `nothing is kept for the next run: ${(error as Error).message}`
    options.emit?.({ name: 'features', message, isWarning: true })
    return null
  }
}

/** A segment of the new events; all in one where kept events were left out, or segments have become many. */
async function keepEvents(pool: SweepPool, building: Building): Promise<readonly KeptSegment[]> {
  const { previous, read } = building
  const { events: added } = read.blocks
  const before = previous?.state.segments ?? []
  const isNew = added.some((events) => events > 0)
  const isAll = previous !== null && (previous.kept.dropped.length > 0 || (isNew && before.length >= mostSegments))
  if (!isNew && !isAll) return before
  const segment = await keepSegment(pool, building, { isAll, events: isAll ? previous!.kept.bucketEvents : added })
  return isAll ? [segment] : [...before, segment]
}

async function keepSegment(
  pool: SweepPool,
  { options: { folder }, serial, read, users }: Building,
  { isAll, events }: { readonly isAll: boolean; readonly events: Int32Array },
): Promise<KeptSegment> {
  const shared = (length: number): SharedArrayBuffer => new SharedArrayBuffer(length * 4)
  const from = new Float64Array(new SharedArrayBuffer(events.length * 8))
  for (let b = 1; b < events.length; b++) from[b] = from[b - 1]! + events[b - 1]!
  const userEvents = new Uint32Array(shared(read.userCount))
  const sums = new Float64Array(new SharedArrayBuffer(events.length * 8))
  const name = `${serial}-events.bin`
  const path = join(folder, name)
  writeFileSync(path, '')
  await pool.run({ kind: 'keep-events', next: counter(), path, isAll, from, userEvents, sums })
  const content = usersWithEvents(userEvents, users.idOf)
  const recordBytes = read.made.program.layout.words * 4
  const blocks = [...events.keys()].map((b): readonly [number, number] => [events[b]! * recordBytes, sums[b]!])
  const total = events.reduce((sum, n) => sum + n, 0)
  return {
    records: { name, bytes: total * recordBytes, blocks },
    users: writeKept(folder, `${serial}-events-users.bin`, new Uint8Array(content.buffer)),
    events: total,
  }
}

/** Pairs (kept id, events), by user_index. */
function usersWithEvents(userEvents: Uint32Array, idOf: Int32Array): Int32Array<ArrayBuffer> {
  const pairs = new Int32Array(2 * userEvents.length)
  let n = 0
  for (let user = 0; user < userEvents.length; user++) {
    if (userEvents[user] === 0) continue
    pairs[n++] = idOf[user]!
    pairs[n++] = userEvents[user]!
  }
  return pairs.slice(0, n)
}
