import { expect, test } from 'vitest'
import { csv, refusal, shop, spoken, withExtract, type ExtractCase } from './extract-case.ts'

type Table = NonNullable<ExtractCase['attributes']>[string]
const events = csv('user,ts,amount', '1,2026-01-01,1', '2,2026-01-02,1', '3,2026-01-02,1')
const columns = { tier: 'category', score: 'number', registered: { type: 'day', column: 'since' } } as const
const history = csv(
  'user_id,from,tier,score,since',
  '1,2026-01-01T23:30:00Z,gold,"1,5",2025-01-01',
  '1,2026-01-01T05:00:00Z,silver,1,2025-01-01',
  '1,2026-01-01T08:00:00Z,bronze,,',
  '1,2026-01-01T08:00:00Z,bronze,,',
  '2,2026-01-05T00:00:00Z,,3,2025-03-01T23:45:00Z',
  '9,2026-01-05T00:00:00Z,gold,3,2025-03-01',
)
const given = (table: object = {}, content = history): ExtractCase => ({
  files: { 'e.csv': events, 'customers.csv': content },
  sources: { shop: { path: 'e.csv', ...shop } },
  attributes: { customer: { path: 'customers.csv', validFrom: 'from', decimal: ',', columns, ...table } as Table },
  timeZone: 'Europe/Berlin',
})
const attributeRows = (case_: ExtractCase) =>
  withExtract(case_, async ({ extracted, rows }) =>
    (await rows(`SELECT * FROM ${extracted.relations.attributes[0]!.relation} ORDER BY ALL`)).map((row) =>
      Object.values(row),
    ),
  )

test('one row per user and local day, the last of the day; users without events are left out and counted', async () => {
  expect(await attributeRows(given())).toEqual([
    [0, '2026-01-01', 'bronze', null, null],
    [0, '2026-01-02', 'gold', 1.5, '2025-01-01'],
    [1, '2026-01-05', null, 3, '2025-03-02'],
  ])
  await withExtract(given(), async ({ extracted }) => {
    expect(extracted.relations.attributes).toEqual([
      {
        name: 'customer',
        relation: '"attributes_customer"',
        columns: [
          { name: 'tier', type: 'category' },
          { name: 'score', type: 'number' },
          { name: 'registered', type: 'day' },
        ],
        isHistory: true,
      },
    ])
    expect(extracted.quality.attributes).toEqual([
      {
        name: 'customer',
        rows: 3,
        users: 2,
        unmatchedUsers: 1,
        columns: [
          { name: 'tier', nullFraction: 1 / 3 },
          { name: 'score', nullFraction: 1 / 3 },
          { name: 'registered', nullFraction: 1 / 3 },
        ],
      },
    ])
    expect(extracted.checks.map(({ name, passed }) => [name, passed])).toEqual([
      ['rejects.shop', true],
      ['rejects.attributes.customer', true],
      ['attributes.customer.users', true],
    ])
    expect(extracted.inputs.map(({ source }) => source)).toEqual(['shop', 'attributes.customer'])
  })
})

test('a static table has no valid_from and one row per user', async () => {
  const table = { validFrom: undefined, static: true, columns: { tier: 'category' } }
  const content = csv('user_id,tier', '1,gold', '2,silver', '2,silver')
  expect(await attributeRows(given(table, content))).toEqual([
    [0, null, 'gold'],
    [1, null, 'silver'],
  ])
  expect(spoken(await refusal(given(table, `${content}1,silver\n`)))).toBe(
    'data: attributes.customer: customers.csv: user "1" has several rows with different values, expected one row per user; a table with a history needs validFrom',
  )
})

test('two values from the same moment are refused', async () => {
  const content = csv('user_id,from,tier,score,since', '1,2026-01-01,gold,1,', '1,2026-01-01,silver,1,')
  expect(spoken(await refusal(given({}, content)))).toBe(
    'data: attributes.customer: customers.csv: user "1" has several rows valid from 2026-01-01 00:00:00 with different values, expected one row per user and time',
  )
})

test('unreadable values, keys and days are named', async () => {
  const error = async (row: string) =>
    spoken(await refusal(given({}, csv('user_id,from,tier,score,since', '2,2026-01-01,gold,1,', row))))
  expect(await error('1,2026-01-01,gold,high,')).toBe(
    'data: attributes.customer: customers.csv, line 3, column "score": not a number, expected a number such as 12,50, got "high"; 1 of 2 rows, kept in rejects/attributes.customer.parquet',
  )
  expect(await error('1,,gold,1,')).toContain('line 3, column "from": the time is null')
  expect(await error('1,2026-01-01,gold,1,May')).toContain('line 3, column "since": a time that cannot be read')
  expect(await error(',2026-01-01,gold,1,')).toContain('line 3, column "user_id": the user id is null')
})

test('a table without any user of the events is refused', async () => {
  const content = csv('user_id,from,tier,score,since', 'x,2026-01-01,gold,1,')
  expect(spoken(await refusal(given({}, content)))).toBe(
    'data: attributes.customer: 0 users with events, 1 without, expected at least one user with events; is the key the same id as that of the events?',
  )
})

test('keys are read as the type of the events, and may go through an id table', async () => {
  const integers = { ...given(), sources: { shop: { path: 'e.csv', ...shop, userIdType: 'integer' as const } } }
  expect((await attributeRows(integers)).map(([user]) => user)).toEqual([0, 0, 1])
  const mapped = given(
    { key: 'crm', ids: { table: 'ids.csv', from: 'crm_id', to: 'id' } },
    csv('crm,from,tier,score,since', 'c1,2026-01-01,gold,1,'),
  )
  const files = { ...mapped.files, 'ids.csv': csv('crm_id,id', 'c1,3') }
  expect(await attributeRows({ ...mapped, files })).toEqual([[2, '2026-01-01', 'gold', 1, null]])
  const wrong = { ...mapped, files, sources: integers.sources }
  expect(spoken(await refusal(wrong))).toBe(
    'data: attributes.customer: customers.csv: user ids of another kind than in the other source, expected integers as in sources.shop (events), got text; map one onto the other with ids, or declare userIdType',
  )
})
