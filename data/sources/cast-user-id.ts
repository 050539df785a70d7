import { EbbError } from '../../core/errors.ts'
import type { FileConfig } from '../sources.ts'
import { columnKind } from './column-kind.ts'
import type { RawColumn } from './raw-table.ts'
import type { Cast } from './row-fault.ts'

export type UserIdType = 'BIGINT' | 'VARCHAR'

/** Declared, else as in the file: integers stay integers, text stays text. Throws kind `data` for anything else. */
export function userIdType(column: RawColumn, config: Pick<FileConfig, 'userIdType'>, where: string): UserIdType {
  const kind = columnKind(column.type)
  if (kind !== 'integer' && kind !== 'text')
    throw new EbbError({
      code: 'COLUMN_TYPE',
      kind: 'data',
      where: `${where}, column "${column.name}"`,
      what: 'cannot be a user id',
      expected: 'integers or text, never floating',
      received: column.type,
    })
  if (config.userIdType !== undefined) return config.userIdType === 'integer' ? 'BIGINT' : 'VARCHAR'
  return kind === 'integer' ? 'BIGINT' : 'VARCHAR'
}

/** The id as BIGINT or VARCHAR, in the file's own name space. `value` is the result's name in the next layer. */
export function castUserId(column: RawColumn, type: UserIdType, value: string): Cast {
  const { sql, name } = column
  const isText = columnKind(column.type) === 'text'
  const asInteger = isText
    ? `CASE WHEN regexp_full_match(${sql}, '-?[0-9]{1,19}') THEN TRY_CAST(${sql} AS BIGINT) END`
    : `TRY_CAST(${sql} AS BIGINT)`
  const shared = { column: name, received: `CAST(${sql} AS VARCHAR)` }
  return {
    sql: type === 'BIGINT' ? asInteger : `CAST(${sql} AS VARCHAR)`,
    faults: [
      { ...shared, reason: 'user_id: null', test: `${sql} IS NULL`, what: 'the user id is null', expected: 'an id' },
      {
        ...shared,
        reason: 'user_id: not an integer',
        test: `${value} IS NULL`,
        what: 'the user id is not an integer',
        expected: 'a whole number of 64 bits',
        hint: isText ? 'userIdType: text keeps ids as they are' : undefined,
      },
    ],
  }
}
