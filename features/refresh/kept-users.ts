import { join } from 'node:path'
import type { ColumnScanner } from '../../engines/column-scanner.ts'
import type { Engine } from '../../engines/engine.ts'
import type { ExamplePlan } from '../plan.ts'
import { describeKept } from './kept-file.ts'
import type { KeptState } from './kept-state.ts'

type Scanning = Engine & { readonly scanner: ColumnScanner }

/** Users by their index of today, and by the id under which they are kept. */
export interface KeptUsers {
  /** By user_index; kept ids of new users follow those of the state. */
  readonly idOf: Int32Array
  /** By kept id, in shared memory. */
  readonly indexOf: Int32Array
  /** Users whom the state does not know; user_index, ascending. */
  readonly joined: Int32Array
}

/** Nobody is kept: the id is the index. */
export function newUsers(userCount: number): KeptUsers {
  const ids = Int32Array.from({ length: userCount }, (_, index) => index)
  return { idOf: ids, indexOf: sharedInt32(ids), joined: ids }
}

/** Finds the users of the state among those of today. A sentence where some of them are gone: their data shall go too. */
export async function matchUsers(
  engine: Scanning,
  plan: ExamplePlan,
  kept: {
    readonly folder: string
    readonly users: KeptState['users']
    readonly userCount: number
    signal: AbortSignal
  },
): Promise<KeptUsers | string> {
  const { dialect, scanner } = engine
  const { users, userCount } = kept
  const paths = users.files.map(({ name }) => join(kept.folder, name))
  const id = dialect.cast('COALESCE(k.kept_id, -1)', 'integer')
  const sql = `SELECT u.user_index, ${id} AS kept_id
FROM ${plan.relations.users} AS u LEFT JOIN ${scanner.parquet(paths)} AS k ON k.user_id = ${dialect.cast('u.user_id', 'text')}`
  const idOf = new Int32Array(userCount).fill(-1)
  const indexOf = sharedInt32(new Int32Array(users.count).fill(-1))
  await scanner.scan(
    [sql],
    ({ rows, columns: [index, found] }) => {
      for (let i = 0; i < rows; i++) {
        idOf[index![i]!] = found![i]!
        if (found![i]! >= 0) indexOf[found![i]!] = index![i]!
      }
    },
    { signal: kept.signal },
  )
  const gone = indexOf.filter((index) => index < 0).length
  if (gone > 0) return `${gone} users are gone`
  const joined = Int32Array.from([...idOf.keys()].filter((index) => idOf[index]! < 0))
  const all = sharedInt32(new Int32Array(users.count + joined.length))
  all.set(indexOf)
  for (const [i, index] of joined.entries()) {
    idOf[index] = users.count + i
    all[users.count + i] = index
  }
  return { idOf, indexOf: all, joined }
}

/** Writes ids of users whom the state did not know before. */
export async function keepUsers(
  engine: Scanning,
  plan: ExamplePlan,
  to: { readonly folder: string; readonly name: string; readonly users: KeptUsers; readonly signal: AbortSignal },
): Promise<KeptState['users']['files'][number]> {
  const { dialect } = engine
  const { idOf, joined } = to.users
  const table = `${plan.prefix ?? 'ebb_'}kept_users`
  const name = dialect.identifier(table)
  const { signal } = to
  await engine.load(
    table,
    [
      { name: 'user_index', type: 'integer', values: joined },
      { name: 'kept_id', type: 'integer', values: joined.map((index) => idOf[index]!) },
    ],
    { signal },
  )
  try {
    const sql = `SELECT n.kept_id, ${dialect.cast('u.user_id', 'text')} AS user_id
FROM ${name} AS n JOIN ${plan.relations.users} AS u ON u.user_index = n.user_index ORDER BY n.kept_id`
    await engine.write(sql, join(to.folder, to.name), { signal })
  } finally {
    for (const sql of dialect.dropTable(name)) await engine.execute(sql)
  }
  return describeKept(to.folder, to.name)
}

function sharedInt32(from: Int32Array): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(from.byteLength))
  shared.set(from)
  return shared
}
