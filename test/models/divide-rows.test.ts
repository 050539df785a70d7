import { expect, it } from 'vitest'
import { divideRows } from '../../models/divide-rows.ts'

it('rows 0, 1, 2 with marks 0, 1, 0 are [0, 2] and [1]; of rows 7, 5, 9 they are [7, 9] and [5]; no rows are two empty sides', () => {
  const marks = Uint8Array.of(0, 1, 0)
  expect(divideRows(marks).map((side) => [...side])).toEqual([[0, 2], [1]])
  expect(divideRows(marks, Uint32Array.of(7, 5, 9)).map((side) => [...side])).toEqual([[7, 9], [5]])
  expect(divideRows(new Uint8Array(0)).map((side) => side.length)).toEqual([0, 0])
})
