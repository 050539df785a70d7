import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../plan.ts'
import { readKept, writeKept } from './kept-file.ts'
import type { KeptFile } from './kept-state.ts'

type Scanning = Engine & { readonly scanner: ColumnScanner }

/** Two numbers by user_index that stand for the user's id: no id itself is kept. */
interface UserMarks {
  readonly first: Int32Array
  readonly second: Int32Array
}

/** Users by their index of today, and by the id under which they are kept. */
export interface KeptUsers {
  /** By user_index; kept ids of new users follow those of the state. */
  readonly idOf: Int32Array
  /** By kept id, in shared memory. */
  readonly indexOf: Int32Array
  /** Users whom the state does not know. */
  readonly joined: number
  /** Null: not asked for yet. */
  readonly marks: UserMarks | null
}

/** Nobody is kept: the id is the index. */
export function newUsers(userCount: number): KeptUsers {
  const ids = Int32Array.from({ length: userCount }, (_, index) => index)
  return { idOf: ids, indexOf: sharedInt32(ids), joined: userCount, marks: null }
}

/**
 * Finds the users of the state among those of today. Whoever joins, users keep their order, so one walk along both finds
 * them. A sentence where some of them are gone: their data shall go too.
 */
export async function matchUsers(
  engine: Scanning,
  plan: ExamplePlan,
  kept: { readonly folder: string; readonly users: KeptFile; readonly signal: AbortSignal },
): Promise<KeptUsers | string> {
  const known = readUsers(kept.folder, kept.users)
  const count = known.ids.length
  const marks = await readMarks(engine, plan, { expected: count, ...kept })
  const userCount = marks.first.length
  const idOf = new Int32Array(userCount)
  const indexOf = new Int32Array(new SharedArrayBuffer(Math.max(count, userCount) * 4))
  let met = 0
  let next = count
  for (let index = 0; index < userCount; index++) {
    const isMet = met < count && marks.first[index] === known.first[met] && marks.second[index] === known.second[met]
    const id = isMet ? known.ids[met++]! : next++
    idOf[index] = id
    if (id < indexOf.length) indexOf[id] = index
  }
  return met < count ? whyUnmatched(known, marks) : { idOf, indexOf, joined: next - count, marks }
}

function whyUnmatched(known: UserMarks, now: UserMarks): string {
  const there = new Set(keysOf(now))
  const gone = keysOf(known).filter((key) => !there.has(key)).length
  if (gone === 0) return 'users are no longer in the order in which they were kept'
  return gone === 1 ? '1 user is gone' : `${gone} users are gone`
}

/** 53 bits of the marks of each. */
const keysOf = ({ first, second }: UserMarks): number[] =>
  Array.from(first, (high, i) => high * 2 ** 21 + (second[i]! >>> 11))

/** Everybody's kept id and marks, by user_index, in three rows. */
export async function keepUsers(
  engine: Scanning,
  plan: ExamplePlan,
  to: { readonly folder: string; readonly name: string; readonly users: KeptUsers; readonly signal: AbortSignal },
): Promise<KeptFile> {
  const { idOf } = to.users
  const { first, second } = to.users.marks ?? (await readMarks(engine, plan, { expected: idOf.length, ...to }))
  const rows = new Int32Array(idOf.length * 3)
  for (const [at, row] of [idOf, first, second].entries()) rows.set(row, at * idOf.length)
  return writeKept(to.folder, to.name, new Uint8Array(rows.buffer))
}

function readUsers(folder: string, file: KeptFile): UserMarks & { readonly ids: Int32Array } {
  const bytes = readKept(folder, file)
  const rows = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const count = rows.length / 3
  const [ids, first, second] = [0, 1, 2].map((at) => rows.subarray(at * count, (at + 1) * count))
  return { ids: ids!, first: first!, second: second! }
}

async function readMarks(
  { dialect, scanner }: Scanning,
  { relations: { users } }: ExamplePlan,
  { expected, signal }: { readonly expected: number; readonly signal: AbortSignal },
): Promise<UserMarks> {
  const marks = scanner.marks(dialect.cast('u.user_id', 'text'))
  let first = new Int32Array(Math.max(1, expected))
  let second = new Int32Array(first.length)
  let count = 0
  await scanner.scan(
    [`SELECT u.user_index, ${marks.join(', ')} FROM ${users} AS u`],
    ({ rows, columns: [indexes, high, low] }) => {
      for (let i = 0; i < rows; i++) {
        const index = indexes![i]!
        count = Math.max(count, index + 1)
        if (index >= first.length) [first, second] = [grown(first, index), grown(second, index)]
        first[index] = high![i]!
        second[index] = low![i]!
      }
    },
    { signal },
  )
  return { first: first.subarray(0, count), second: second.subarray(0, count) }
}

/** A copy with room for the index. */
function grown(array: Int32Array<ArrayBuffer>, index: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(2 * (index + 1))
  copy.set(array)
  return copy
}

function sharedInt32(from: Int32Array): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(from.byteLength))
  shared.set(from)
  return shared
}
