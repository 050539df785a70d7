import { describe, expect, it } from 'vitest'
import { sniffText } from '../../data/inspect/sniff-text.ts'
import { nameFit, nameParts, typeRole } from '../../data/mapping-words.ts'
import type { ColumnProfile } from '../../data/inspect-file.ts'
import { proposeMapping } from '../../data/propose-mapping.ts'

const column = (name: string, more: Partial<ColumnProfile> = {}): ColumnProfile => ({
  name,
  type: 'VARCHAR',
  filled: 1_000,
  distinct: 100,
  integers: 0,
  numbers: null,
  hasFractions: false,
  hasLeadingZeros: false,
  time: null,
  values: [],
  ...more,
})
const time = column('ts', { distinct: 990, time: { kind: 'iso' } })
const point = { decimal: '.', isGuess: false } as const
const money = { numbers: point, hasFractions: true, distinct: 400 }
const propose = (columns: readonly ColumnProfile[], rows = 1_000) =>
  proposeMapping({ path: '/x.csv', reading: {}, separator: 'comma', hasHeader: true, rows, columns }, 'x.csv')

describe('names of columns', () => {
  it('are read part by part, whatever their writing', () => {
    expect(nameParts('CustomerID')).toEqual(['customer', 'id'])
    expect(nameParts('kunden_nr')).toEqual(['kunden', 'nr'])
    expect(nameParts('invoice-total (EUR)')).toEqual(['invoice', 'total', 'eur'])
  })

  it.each([
    ['user_id', 'customer_no'],
    ['user_id', 'KundenNr'],
    ['user_id', 'userId'],
    ['user_id', '用户ID'],
    ['event_time', 'created_at'],
    ['event_time', 'Datum'],
    ['amount', 'Betrag'],
    ['amount', 'dollar_value'],
    ['category', 'Warengruppe'],
    ['channel', 'Kanal'],
    ['event_type', 'action'],
  ] as const)('%s is what %s names', (field, name) => {
    expect(nameFit(name, field)).toBe(1)
  })

  it('a word among others counts less, and another word not at all', () => {
    expect(nameFit('customer_segment', 'user_id')).toBeLessThan(1)
    expect(nameFit('weather', 'user_id')).toBe(0)
  })

  it.each([
    ['purchase', 'purchase'],
    ['Bestellung', 'purchase'],
    ['page_view', 'visit'],
    ['uninstall', 'goodbye'],
    ['cancel', 'goodbye'],
    ['cancel_order', 'trouble'],
    ['sign_up', 'first'],
    ['level_up', 'other'],
  ] as const)('the event %s sounds like: %s', (type, role) => {
    expect(typeRole(type)).toBe(role)
  })
})

describe('the mapping', () => {
  it('by name and content: who, when, what and how much', () => {
    const { columns, eventType, assumptions } = propose([
      column('order_no', { distinct: 1_000, integers: 1, numbers: point }),
      column('customer'),
      time,
      column('action', { distinct: 3, values: ['login', 'purchase', 'view'] }),
      column('price_cents', { integers: 1, numbers: point, distinct: 300 }),
    ])
    expect(columns).toEqual({
      user_id: 'customer',
      event_time: 'ts',
      event_type: 'action',
      amount: 'price_cents / 100',
    })
    expect(eventType).toBeNull()
    expect(assumptions.every(({ sure }) => sure === 'sure' || sure === 'likely')).toBe(true)
  })

  it('without a column of types every row is a purchase where there is money, else an event', () => {
    expect(propose([column('user'), time, column('total', money)]).eventType).toBe('purchase')
    expect(propose([column('user'), time]).eventType).toBe('event')
  })

  it('without a name, who acts is the id that comes again, and that is a guess', () => {
    const { columns, assumptions } = propose([column('a', { distinct: 1_000 }), column('b', { distinct: 120 }), time])
    expect(columns['user_id']).toBe('b')
    expect(assumptions.find(({ what }) => what === 'user_id')).toMatchObject({ sure: 'guess' })
  })

  it('a whole number of cents stays text as an id only where zeros lead it', () => {
    const id = { integers: 1, numbers: point }
    expect(propose([column('user', id), time]).isIntegerId).toBe(true)
    expect(propose([column('user', { ...id, hasLeadingZeros: true }), time]).isIntegerId).toBe(false)
  })

  it('of two times takes the one that differs most, not the day of birth', () => {
    const birth = column('birth_date', { distinct: 80, time: { kind: 'iso' } })
    expect(propose([column('user'), birth, time]).columns['event_time']).toBe('ts')
  })

  it('two times that are both named like one: the choice is told with the other, and is not sure', () => {
    const updated = column('updated_at', { distinct: 90, time: { kind: 'iso' } })
    const { assumptions, columns } = propose([
      column('user'),
      column('created_at', { distinct: 100, time: { kind: 'iso' } }),
      updated,
    ])
    expect(columns['event_time']).toBe('created_at')
    const said = assumptions.find(({ what }) => what === 'event_time')!
    expect([said.sure, said.because]).toEqual([
      'likely',
      'ISO times in every row, and its name; updated_at would do as well',
    ])
  })

  it('never maps a column whose name reads like a placeholder of the config', () => {
    const { columns } = propose([column('user'), time, column('${env:HOME} amount', money)])
    expect(columns['amount']).toBeUndefined()
  })

  it.each([
    ['no time', [column('user'), column('total', money)], 'no column holds times'],
    ['one row a user', [column('user', { distinct: 1_000 }), time], 'one row per user'],
    ['nobody', [time, column('weather', { distinct: 4 })], 'no column says who'],
  ])('%s is no log of events', (_, columns, message) => {
    expect(() => propose(columns)).toThrow(message)
  })
})

describe('the beginning of a text file', () => {
  const sniff = (text: string) => sniffText(Buffer.from(text), true)!
  it.each([
    ['a,b\n1,2\n3,4\n', ',', true],
    ['a;b\n1,5;2\n3,5;4\n', ';', true],
    ['a\tb\n1\t2\n', '\t', true],
    ['1|2|x\n3|4|y\n', '|', false],
    [' 1  19970101   2.50\n 2  19970102  12.50\n', 'blanks', false],
  ])('%j is parted by %j', (text, delimiter, hasHeader) => {
    expect(sniff(text)).toMatchObject({ delimiter, hasHeader })
  })

  it('quoted delimiters and line feeds of all kinds do not mislead it; JSON lines are known', () => {
    expect(sniff('"a;b",c\r\n"1;2",3\r\n').columns).toEqual(['a;b', 'c'])
    expect(sniff('{"a":1}\n{"a":2}\n').format).toBe('ndjson')
    expect(sniffText(Uint8Array.of(0xff, 0xfe, 97, 0, 44, 0, 98, 0), true)).toMatchObject({ encoding: 'utf-16' })
    expect(sniffText(Uint8Array.of(0x4d, 0xf6, 0x62, 0x2c, 0x61), true)).toMatchObject({ encoding: 'latin-1' })
    expect(sniffText(Uint8Array.of(1, 2, 0, 4), true)).toBeNull()
  })
})
