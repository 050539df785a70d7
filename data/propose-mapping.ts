import { EbbError } from '../core/errors.ts'
import type { ColumnProfile, FileProfile, TimeReading } from './inspect-file.ts'
import { type MappedField, nameFit, nameParts } from './mapping-words.ts'

/** How sure a proposal is: by name and content; by one of the two; nothing better was there. */
export type Sureness = 'sure' | 'likely' | 'guess'

/** One line of what was assumed. */
export interface Assumption {
  /** Key of the config, or the event column. */
  readonly what: string
  readonly value: string
  readonly sure: Sureness
  readonly because: string
}

export interface MappingProposal {
  readonly columns: Readonly<Partial<Record<MappedField, string>>>
  /** For `set:`; null where a column has the event types. */
  readonly eventType: string | null
  readonly time: Pick<ColumnProfile, 'name'> & { readonly reading: TimeReading }
  readonly decimalComma: boolean
  readonly isIntegerId: boolean
  readonly assumptions: readonly Assumption[]
}

interface Choice {
  readonly column: ColumnProfile
  readonly sure: Sureness
  readonly because: string
}

/**
 * Which column is what, by name (several languages) and by content. Throws EbbError `data` where the file is no log of events: no
 * column with times, or one row per user.
 */
export function proposeMapping(profile: FileProfile, where: string): MappingProposal {
  // A name that reads like a placeholder of the config would be replaced by what it names.
  const left = profile.columns.filter(({ name }) => !name.includes('${'))
  const take = (choice: Choice | null): Choice | null => {
    if (choice !== null) left.splice(left.indexOf(choice.column), 1)
    return choice
  }
  const time = take(chooseTime(left, profile))
  const user = take(chooseUser(left, profile))
  if (time === null || user === null || isStatic(user.column, profile)) throw notALog(profile, where, { time, user })
  const type = take(chooseType(left))
  const amount = take(chooseNumber(left, 'amount', profile))
  const quantity = take(chooseNumber(left, 'quantity', profile))
  const channel = take(chooseText(left, 'channel', profile))
  const category = take(chooseText(left, 'category', profile))
  const item = take(chooseText(left, 'item', profile))
  const chosen = { user_id: user, event_time: time, event_type: type, amount, quantity, item, category, channel }
  const eventType = type === null ? constantType(amount !== null) : null
  const columns = Object.fromEntries(
    Object.entries(chosen).flatMap(([field, choice]) =>
      choice === null ? [] : [[field, field === 'amount' ? moneyOf(choice.column) : plainColumn(choice.column, field)]],
    ),
  )
  const assumptions: Assumption[] = Object.entries(chosen).flatMap(([what, choice]) =>
    choice === null ? [] : [{ what, value: choice.column.name, sure: choice.sure, because: choice.because }],
  )
  if (eventType !== null)
    assumptions.splice(2, 0, {
      what: 'event_type',
      value: eventType,
      sure: 'likely',
      because: `no column names kinds of events, so every row is a ${eventType}`,
    })
  const numbers = [amount, quantity].flatMap((choice) => (choice === null ? [] : [choice.column]))
  return {
    columns,
    eventType,
    time: { name: time.column.name, reading: time.column.time! },
    decimalComma: numbers.some(({ commaNumbers, numbers: points }) => commaNumbers >= 0.98 && points < 0.98),
    isIntegerId: user.column.type === 'VARCHAR' && user.column.integers === 1 && !user.column.hasLeadingZeros,
    assumptions,
  }
}

const constantType = (hasMoney: boolean): string => (hasMoney ? 'purchase' : 'event')
const grouped = (n: number): string => n.toLocaleString('en-US')

/** Arithmetic may stand for amount and quantity: names that are no plain words are quoted; cents become whole money. */
function moneyOf(column: ColumnProfile): string {
  const isCents = nameParts(column.name).some((part) => ['cents', 'cent', 'minor', 'pence'].includes(part))
  const name = plainColumn(column, 'amount')
  return isCents && !column.hasFractions ? `${name} / 100` : name
}

function plainColumn({ name }: ColumnProfile, field: string): string {
  const isExpression = field === 'amount' || field === 'quantity'
  return isExpression && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
}

function chooseTime(columns: readonly ColumnProfile[], { rows }: FileProfile): Choice | null {
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
  const [best] = judged
  if (best === undefined) return null
  const { column, name } = best
  return {
    column,
    sure: name > 0 ? 'sure' : 'likely',
    because: `${readingWords(column.time!)}${name > 0 ? ', and its name' : ''}`,
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

function chooseUser(columns: readonly ColumnProfile[], { rows }: FileProfile): Choice | null {
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
function isStatic({ distinct, filled }: ColumnProfile, { rows }: FileProfile): boolean {
  return rows >= 20 && distinct > 0.97 * filled
}

function chooseType(columns: readonly ColumnProfile[]): Choice | null {
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

function chooseNumber(
  columns: readonly ColumnProfile[],
  field: 'amount' | 'quantity',
  profile: FileProfile,
): Choice | null {
  const isNumber = ({ numbers, commaNumbers, type }: ColumnProfile): boolean =>
    (numbers >= 0.98 || commaNumbers >= 0.98) && !/^(DATE|TIMESTAMP|BOOLEAN)/.test(type)
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
  const [unnamed] = plain.filter(
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

function chooseText(
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

function notALog(
  profile: FileProfile,
  where: string,
  { time, user }: { readonly time: Choice | null; readonly user: Choice | null },
): EbbError {
  const { rows, columns } = profile
  const perUser = user !== null && isStatic(user.column, profile)
  const what =
    time === null && perUser
      ? `is a table of facts about users, not a log of events: one row per ${user.column.name}, and no column with times`
      : perUser
        ? `is a table of facts about users, not a log of events: one row per ${user.column.name}`
        : time === null
          ? 'is not a log of events: no column holds times'
          : 'is not a log of events: no column says who'
  return new EbbError({
    code: 'INIT_NOT_A_LOG',
    kind: 'data',
    where,
    what,
    expected: 'one row per event, with a user who comes again and a time',
    received: `${grouped(rows)} rows of ${columns
      .map(({ name }) => name)
      .slice(0, 6)
      .join(', ')}${columns.length > 6 ? ', …' : ''}`,
    hint: perUser ? 'such a table can stand beside a log, under attributes' : undefined,
  })
}
