import { spawnSync } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { root } from './source-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'ebb-ci-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What scripts/count-tests.mjs says of reports like vitest's own. */
function count(...reports: (object | string)[]): { before: string[]; last: string | undefined; code: number | null } {
  const files = reports.map((report, i) => {
    const file = join(folder, `${i}.json`)
    writeFileSync(file, typeof report === 'string' ? report : JSON.stringify(report))
    return file
  })
  const argv = [join(root, 'scripts', 'count-tests.mjs'), ...files]
  const { stdout, status } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
  const lines = stdout.trimEnd().split('\n')
  return { before: lines.slice(0, -1), last: lines.at(-1), code: status }
}

const report = (passed: number, failed: number, testResults: object[] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numTotalTests: passed + failed,
  success: failed === 0 && testResults.length === 0,
  testResults,
})

describe('.ci/run', () => {
  const text = readFileSync(join(root, '.ci', 'run'), 'utf8')

  it('can be executed, stops at errors, and runs install, lint, types and both suites', () => {
    accessSync(join(root, '.ci', 'run'), constants.X_OK)
    expect(text.startsWith('#!/usr/bin/env bash\n')).toBe(true)
    const steps = ['set -euo pipefail', 'npm ci', 'npm run lint', 'npm run types', 'npm test', 'npm run test:slow']
    const places = steps.map((step) => text.indexOf(`\n${step}`))
    expect(places.every((place) => place > 0)).toBe(true)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })
})

describe('the last line of .ci/run', () => {
  it('sums both suites: 10 + 3 passed, none failed', () => {
    expect(count(report(10, 0), report(3, 0))).toEqual({ before: [], last: '13 passed, 0 failed', code: 0 })
  })

  it('one failed test fails the whole', () => {
    expect(count(report(10, 0), report(2, 1))).toMatchObject({ last: '12 passed, 1 failed', code: 1 })
  })

  it('a failed test is named before it, with the first line of its fault', () => {
    const failed = { status: 'failed', fullName: 'a b', failureMessages: ['Error: x\n  at y'] }
    const testResults = [{ name: 'a.test.ts', status: 'failed', assertionResults: [failed] }]
    expect(count(report(10, 1, testResults))).toEqual({
      before: ['failed: a.test.ts > a b: Error: x'],
      last: '10 passed, 1 failed',
      code: 1,
    })
  })

  it('a test file that could not be loaded counts as a failure', () => {
    const broken = { status: 'failed', assertionResults: [] }
    expect(count(report(10, 0, [broken]))).toMatchObject({ last: '10 passed, 1 failed', code: 1 })
  })

  it('a report that is missing, broken or empty is no success', () => {
    expect(count('')).toMatchObject({ last: '0 passed, 0 failed', code: 1 })
    expect(count(report(10, 0), report(0, 0))).toMatchObject({ code: 1 })
  })
})
