import { EbbError } from '../core/errors.ts'
import {
  type Choice,
  chooseNumber,
  chooseText,
  chooseTime,
  chooseType,
  chooseUser,
  isStatic,
  type Sureness,
} from './inspect/choose-columns.ts'
import { type FoundStyle, sharedStyle } from './inspect/number-style.ts'
import type { ColumnProfile, FileProfile, TimeReading } from './inspect-file.ts'
import { type MappedField, nameParts } from './mapping-words.ts'

export { readingWords } from './inspect/choose-columns.ts'

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
  readonly numbers: FoundStyle
  readonly isIntegerId: boolean
  readonly assumptions: readonly Assumption[]
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
      because: `no column names kinds of events, so every row is ${eventType === 'event' ? 'an' : 'a'} ${eventType}`,
    })
  const unused = left.filter(({ filled }) => filled > 0).map(({ name }) => name)
  if (unused.length > 0)
    assumptions.push({
      what: 'not used',
      value: unused.length > 6 ? `${unused.slice(0, 6).join(', ')}, …` : unused.join(', '),
      sure: 'likely',
      because: 'neither name nor content says that a field of the log is meant',
    })
  const numbers = [amount, quantity].flatMap((choice) => (choice === null ? [] : [choice.column]))
  return {
    columns,
    eventType,
    time: { name: time.column.name, reading: time.column.time! },
    numbers: sharedStyle(numbers.map((column) => column.numbers)),
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
    received: `${grouped(rows)} ${rows === 1 ? 'row' : 'rows'} of ${columns
      .map(({ name }) => name)
      .slice(0, 6)
      .join(', ')}${columns.length > 6 ? ', …' : ''}`,
    hint: perUser ? 'such a table can stand beside a log, under attributes' : undefined,
  })
}
