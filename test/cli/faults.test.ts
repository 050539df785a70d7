import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reportFault } from '../../cli/print-fault.ts'
import { EbbError, EbbFaults } from '../../core/errors.ts'
import { fakeTerminal } from './fake-terminal.ts'

const missing = new EbbError({
  code: 'INPUT_MISSING',
  kind: 'data',
  where: 'sources.app: data/app.csv',
  what: 'no such file',
  hint: 'paths start from the config',
})

describe('faults as people see them', () => {
  it('one line, no stack', () => {
    const { exitCode, text } = reportFault(missing, fakeTerminal().terminal, false)
    expect(text).toBe('ebb: sources.app: data/app.csv: no such file; paths start from the config')
    expect(exitCode).toBe(20)
  })

  it('a fault in a file has its position and the line of the file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ebb-faults-'))
    const file = join(folder, 'churn.yaml')
    writeFileSync(file, 'models:\n  gbdt:\n      learning_rte: 0.05\n')
    const said = {
      code: 'CONFIG_UNKNOWN_KEY',
      kind: 'config',
      where: 'models.gbdt.learning_rte',
      file,
      line: 3,
      column: 7,
    } as const
    const fault = new EbbError({ ...said, what: 'unknown key, did you mean "learningRate"?' })
    const { exitCode, text } = reportFault(fault, fakeTerminal().terminal, false)
    rmSync(folder, { recursive: true })
    expect(text.replace(file, 'churn.yaml')).toBe(
      'churn.yaml:3:7  models.gbdt.learning_rte: unknown key, did you mean "learningRate"?\n  3 |       learning_rte: 0.05',
    )
    expect(exitCode).toBe(2)
  })

  it('a fault in a data file says its place itself: no excerpt, the file may be of any size', () => {
    const at = {
      where: 'sources.app: app.csv, line 2, column "amount"',
      file: import.meta.filename,
      line: 2,
      column: 1,
    } as const
    const fault = new EbbError({ code: 'ROWS_REJECTED', kind: 'data', what: 'not a number', received: '"x"', ...at })
    const { text } = reportFault(fault, fakeTerminal().terminal, false)
    expect(text).toBe('ebb: sources.app: app.csv, line 2, column "amount": not a number, got "x"')
    const { text: json } = reportFault(fault, fakeTerminal({ isJson: true }).terminal, false)
    expect(JSON.parse(json)).toMatchObject({ line: 2, column: 1 })
  })

  it('several faults are several lines, with their codes at the end', () => {
    const other = new EbbError({ code: 'ONE_CLASS', kind: 'data', where: 'test', what: 'one class only' })
    const { text } = reportFault(new EbbFaults([missing, other]), fakeTerminal().terminal, false)
    expect(text.split('\n')).toEqual([
      'ebb: sources.app: data/app.csv: no such file; paths start from the config',
      'ebb: test: one class only',
      '2 faults; ebb explain CODE tells more: INPUT_MISSING, ONE_CLASS',
    ])
  })

  it('--json is one document with the six keys of the contract, and all faults', () => {
    const { text } = reportFault(missing, fakeTerminal({ isJson: true }).terminal, true)
    const document = JSON.parse(text) as Record<string, unknown>
    expect(Object.keys(document)).toEqual(['code', 'message', 'file', 'line', 'column', 'hint', 'faults'])
    expect(document).toMatchObject({ code: 'INPUT_MISSING', file: null, hint: 'paths start from the config' })
    expect(text).not.toContain('\n')
  })

  it('what is not an EbbError is an internal error: one line, exit code 1; --verbose shows every cause', () => {
    const error = new TypeError('x is not a function\nsecond line', { cause: new RangeError('below') })
    const plain = reportFault(error, fakeTerminal().terminal, false)
    expect(plain).toEqual({
      exitCode: 1,
      text: 'ebb: internal error: TypeError: x is not a function; this is a fault of ebb, not of your config; --verbose shows where it happened',
    })
    const verbose = reportFault(error, fakeTerminal().terminal, true).text
    expect(verbose).toMatch(/faults\.test\.ts/)
    expect(verbose).toMatch(/caused by RangeError: below/)
    expect(reportFault('only text', fakeTerminal().terminal, false).text).toMatch(/internal error: only text/)
  })
})
