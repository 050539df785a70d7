import { describe, expect, it } from 'vitest'
import { formatBytes, formatCount, formatDuration, formatDurationShort, formatMetric } from '../../cli/format.ts'
import { renderTable } from '../../cli/table.ts'
import { fakeTerminal } from './fake-terminal.ts'

const red = '\u001B[31mx\u001B[39m'

describe('colours and live lines', () => {
  it.each([
    ['a terminal', { isTty: true }, red, true],
    ['a pipe', { isTty: false }, 'x', false],
    ['NO_COLOR on a terminal', { isTty: true, env: { NO_COLOR: '1' } }, 'x', true],
    ['an empty NO_COLOR, which counts as unset', { isTty: true, env: { NO_COLOR: '' } }, red, true],
    ['CI', { isTty: true, env: { CI: 'true' } }, 'x', false],
    ['TERM=dumb', { isTty: true, env: { TERM: 'dumb' } }, 'x', false],
  ])('%s', (_name, options, expected, isLive) => {
    const { terminal } = fakeTerminal(options)
    expect(terminal.paint.stderr.red('x')).toBe(expected)
    expect(terminal.isLive).toBe(isLive)
  })

  it('with --json there is no live line, no note and no colour on stdout', () => {
    const { terminal, stderr } = fakeTerminal({ isTty: true, isJson: true })
    terminal.note('hello')
    expect(stderr()).toBe('')
    expect(terminal.isLive).toBe(false)
    expect(terminal.paint.stdout.red('x')).toBe('x')
  })

  it('data go to stdout, notes to stderr', () => {
    const { terminal, stdout, stderr } = fakeTerminal()
    terminal.data('1')
    terminal.note('2')
    expect([stdout(), stderr()]).toEqual(['1\n', '2\n'])
  })

  it('a terminal without a size counts as 80 columns, a tiny one as 40', () => {
    expect(fakeTerminal().terminal.columns).toBe(80)
    expect(fakeTerminal({ isTty: true, columns: 12 }).terminal.columns).toBe(40)
  })
})

describe('tables', () => {
  const columns = [
    { title: 'name', shrinkTo: 4 },
    { title: 'n', align: 'right' as const },
  ]

  it('are as wide as their cells, numbers to the right, no blanks at the end', () => {
    expect(
      renderTable(
        columns,
        [
          ['boosted', '5'],
          ['x', '1200'],
        ],
        80,
      ),
    ).toEqual(['name        n', 'boosted     5', 'x        1200'])
    expect(renderTable(columns, [], 80)).toEqual(['name  n'])
  })

  it('cut only the columns that may shrink, with a mark', () => {
    expect(renderTable(columns, [['a-long-name', '1200']], 12)).toEqual(['name       n', 'a-lon…  1200'])
    expect(renderTable(columns, [['a-long-name', '1200']], 3)[1]).toBe('a-l…  1200')
  })
})

describe('numbers for people', () => {
  it.each([
    [formatDuration(0), '0 ms'],
    [formatDuration(999.4), '999 ms'],
    [formatDuration(1_000), '1.0 s'],
    [formatDuration(59_940), '59.9 s'],
    [formatDuration(59_999), '1 min 0 s'],
    [formatDuration(125_000), '2 min 5 s'],
    [formatDuration(3_780_000), '1 h 3 min'],
    [formatDurationShort(950), '950ms'],
    [formatDurationShort(12_300), '12.3s'],
    [formatDurationShort(125_000), '2m 5s'],
    [formatDurationShort(3_780_000), '1h 3m'],
    [formatCount(69659), '69,659'],
    [formatMetric(0.41084), '0.4108'],
    [formatMetric(Number.NaN), '–'],
    [formatBytes(0), '0 B'],
    [formatBytes(999), '999 B'],
    [formatBytes(1_500), '1.5 kB'],
    [formatBytes(25_000_000_000), '25 GB'],
  ])('%s', (received, expected) => {
    expect(received).toBe(expected)
  })
})
