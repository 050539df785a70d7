import { expect, it } from 'vitest'
import { csvField } from '../../pipelines/stages/csv-field.ts'

it('text that a spreadsheet would run stands behind an apostrophe; numbers, quotes and line breaks as CSV has them', () => {
  expect(['=1+1', '+SUM(A1)', '-2+3', '@x', '\tx', '=HYPERLINK("a,b")'].map(csvField)).toEqual([
    "'=1+1",
    "'+SUM(A1)",
    "'-2+3",
    "'@x",
    "'\tx",
    `"'=HYPERLINK(""a,b"")"`,
  ])
  expect([-1.5, 0, null, 'plain', 'a"b', 'a\nb', 'a=b'].map(csvField)).toEqual([
    '-1.5',
    '0',
    '',
    'plain',
    '"a""b"',
    '"a\nb"',
    'a=b',
  ])
})
