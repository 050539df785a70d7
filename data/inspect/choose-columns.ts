import { nameFit } from '../mapping-words.ts'
import type { FileProfile } from '../inspect-file.ts'
import type { ColumnProfile, TimeReading } from './profile-columns.ts'

/** How sure a proposal is: by name and content; by one of the two; nothing better was there. */
export type Sureness = 'sure' | 'likely' | 'guess'

/** The column that was chosen for a field, and why. */
export interface Choice {
  readonly column: ColumnProfile
  readonly sure: Sureness
  readonly because: string
}

const grouped = (n: number): string => n.toLocaleString('en-US')

export function chooseTime(columns: readonly ColumnProfile[], { rows }: FileProfile): Choice | null {
  const judged = columns
    .filter(({ time, filled }) => time !== null && filled >= 0.5 * rows)
    // A number that could be a time needs the name of one, a day written as a number too.
    .filter((column) => column.time!.kind !== 'epoch' || nameFit(column.name, 'event_time') > 0)
    .map((column) => ({ column, name: nameFit(column.name, 'event_time') }))
    // Of several, the one with the most different values: when it happened, not when somebody was born.
    .toSorted((a, b) => score(b) - score(a))
  function score({ column, name }: { column: ColumnProfile; name: number }): number {
    return name + Math.log10(1 + column.distinct) / 10
  }
  const [best, next] = judged
  if (best === undefined) return null
  const { column, name } = best
  const rival = next !== undefined && (name === 0 || next.name > 0) ? next.column.name : null
  return {
    column,
    sure: name > 0 && rival === null ? 'sure' : 'likely',
    because: `${readingWords(column.time!)}${name > 0 ? ', and its name' : ''}${rival === null ? '' : `; ${rival} would do as well`}`,
  }
}

/** For people: how a time is written. */
export function readingWords(reading: TimeReading): string {
  if (reading.kind === 'timestamp') return 'a column of times'
  if (reading.kind === 'iso') return 'ISO times in every row'
  if (reading.kind === 'epoch') return `numbers that are ${reading.unit} since 1970`
  return reading.other === null
    ? `times written ${reading.format}`
    : `times written ${reading.format} (${reading.other} would fit as well)`
}

export function chooseUser(columns: readonly ColumnProfile[], { rows }: FileProfile): Choice | null {
  const judged = columns
    .filter(
      ({ distinct, filled, hasFractions, time }) =>
        distinct > 1 && filled >= 0.5 * rows && !hasFractions && time?.kind !== 'iso',
    )
    .filter(({ type }) => !/^(DOUBLE|FLOAT|DECIMAL|BOOLEAN|DATE|TIMESTAMP)/.test(type))
    .map((column) => ({
      column,
      name: nameFit(column.name, 'user_id'),
      share: column.distinct / Math.max(1, column.filled),
    }))
  // Who acts comes again: an id that never does is the id of the row.
  const named = judged.filter(({ name }) => name > 0).toSorted((a, b) => b.name - a.name || a.share - b.share)
  const again = judged.filter(({ share, column }) => share < 0.8 && column.distinct > 20)
  const [best] = named.length > 0 ? named : again.toSorted((a, b) => b.column.distinct - a.column.distinct)
  if (best === undefined) return null
  const { column, name } = best
  const counted = `${grouped(column.distinct)} values in ${grouped(column.filled)} rows`
  return name > 0
    ? { column, sure: name === 1 ? 'sure' : 'likely', because: `its name; ${counted}` }
    : { column, sure: 'guess', because: `the most values of those that come again: ${counted}` }
}

/** One row a user is a table of facts, not a log. */
export function isStatic({ distinct, filled }: ColumnProfile, { rows }: FileProfile): boolean {
  return rows >= 20 && distinct > 0.97 * filled
}

export function chooseType(columns: readonly ColumnProfile[]): Choice | null {
  const judged = columns
    .filter(
      ({ type, values, distinct, integers }) =>
        type === 'VARCHAR' && values.length > 0 && distinct <= 100 && integers < 0.5,
    )
    .map((column) => ({ column, name: nameFit(column.name, 'event_type'), verbs: verbShare(column.values) }))
    .filter(({ name, verbs }) => verbs >= 0.3 || (name > 0 && verbs > 0) || name === 1)
    .toSorted((a, b) => b.name + 2 * b.verbs - a.name - 2 * a.verbs)
  const [best] = judged
  if (best === undefined) return null
  const { column, name, verbs } = best
  return {
    column,
    sure: name > 0 && verbs > 0 ? 'sure' : 'likely',
    because: `${grouped(column.distinct)} kinds, e.g. ${column.values.slice(0, 3).join(', ')}${name > 0 ? '; its name' : ''}`,
  }
}

const verbs =
  /log|view|click|purchase|order|buy|cart|session|play|open|visit|search|regist|install|cancel|refund|return|pay|favou?rit|like|share|kauf|bestell|besuch|start|level|match|lesson|book|complain|sign|购|登|浏|支付/i

const verbShare = (values: readonly string[]): number =>
  values.filter((value) => verbs.test(value)).length / Math.max(1, values.length)

export function chooseNumber(
  columns: readonly ColumnProfile[],
  field: 'amount' | 'quantity',
  profile: FileProfile,
): Choice | null {
  const isNumber = ({ numbers, type }: ColumnProfile): boolean =>
    numbers !== null && !/^(DATE|TIMESTAMP|BOOLEAN)/.test(type)
  const judged = columns
    .filter((column) => isNumber(column) && column.distinct > 1 && column.time?.kind !== 'iso')
    .map((column) => ({
      column,
      name: nameFit(column.name, field),
      other: nameFit(column.name, field === 'amount' ? 'quantity' : 'amount'),
    }))
    .filter(({ name, other }) => name > 0 && name >= other)
    .toSorted((a, b) => b.name - a.name)
  const [best] = judged
  if (best !== undefined) {
    const fits =
      field === 'amount' ? best.column.hasFractions || best.name === 1 : !best.column.hasFractions || best.name === 1
    return {
      column: best.column,
      sure: fits && best.name === 1 ? 'sure' : 'likely',
      because: `numbers${best.column.hasFractions ? ' with decimals' : ''}; its name`,
    }
  }
  if (profile.hasHeader) return null
  const plain = columns.filter(
    (column) =>
      isNumber(column) && column.hasFractions === (field === 'amount') && column.distinct > 2 && column.time === null,
  )
  // Without names, whole numbers that hardly differ are a quantity; many different ones are an id.
  const unnamed = plain.find(
    ({ distinct, filled }) => field === 'amount' || (distinct <= 200 && distinct < 0.1 * filled),
  )
  return unnamed === undefined
    ? null
    : {
        column: unnamed,
        sure: 'guess',
        because:
          field === 'amount' ? 'numbers with decimals; there are no names' : 'small whole numbers; there are no names',
      }
}

export function chooseText(
  columns: readonly ColumnProfile[],
  field: 'channel' | 'category' | 'item',
  { rows }: FileProfile,
): Choice | null {
  const most = field === 'channel' ? 20 : field === 'category' ? 500 : rows
  const [best] = columns
    .filter(({ distinct, type }) => distinct > 1 && distinct <= most && /^(VARCHAR|ENUM|BIGINT|INTEGER)/.test(type))
    .map((column) => ({ column, name: nameFit(column.name, field) }))
    .filter(({ name }) => name > 0)
    .toSorted((a, b) => b.name - a.name)
  if (best === undefined) return null
  return {
    column: best.column,
    sure: best.name === 1 ? 'sure' : 'likely',
    because: `its name; ${grouped(best.column.distinct)} values`,
  }
}
