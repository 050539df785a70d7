import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorTexts } from '../../cli/error-texts.ts'
import { filesBelow, rooms, root } from '../house/source-files.ts'

/** Capitals that are no error codes: SQL types, environment variables, codes of libraries. */
const others = new Set([
  'BRANCH_EQ',
  'BRANCH_LEQ',
  'DUPLICATE_KEY',
  'EBB_DEBUG',
  'NO_COLOR',
  'TIMESTAMP_NTZ',
  'Z_BUF_ERROR',
])

/** Every literal that looks like a code, `CONFIG_TYPE`, or stands after `code:`. */
const used = new Set(
  rooms
    .flatMap((room) => filesBelow(room, ['.ts']))
    .filter((path) => !path.startsWith('cli/error-texts'))
    .flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8').replaceAll(/^\s*\/\/.*$|\/\*[\s\S]*?\*\//gm, '')
      const codes = [
        ...text.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'|\bcode: '([A-Z]+)'|\bcode: .*\? '([A-Z]+)' :/g),
      ]
      return codes.map((match) => match[1] ?? match[2] ?? match[3] ?? '')
    })
    .filter((code) => !others.has(code)),
)

describe('ebb explain', () => {
  it('has a text for every error code of the product', () => {
    expect(used.size).toBeGreaterThan(60)
    expect([...used].filter((code) => !(code in errorTexts)).sort()).toEqual([])
  })

  it('has no text for a code that nothing uses', () => {
    expect(Object.keys(errorTexts).filter((code) => !used.has(code))).toEqual([])
  })

  it.each(Object.entries(errorTexts))(
    '%s says what happened and what to do, in sentences',
    (_code, { summary, remedy }) => {
      expect(summary).toMatch(/^[A-Z`-].*\.$/s)
      expect(remedy).toMatch(/^.*\.$/s)
    },
  )
})
