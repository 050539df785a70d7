import { diffRuns } from '../../tracking/diff.ts'
import type { Difference, MetricDifference, RunDifference } from '../../tracking/diff.ts'
import { findRun } from '../../tracking/read.ts'
import type { Command } from '../command.ts'
import { runPositional, runsOption } from '../run-options.ts'
import { renderTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'

export const command: Command = {
  usage: 'diff <a> <b>',
  positionals: { a: runPositional, b: 'The run to compare it with' },
  options: {
    ...runsOption,
    all: { type: 'boolean', default: false, describe: 'Every metric, with train and the ends of the intervals' },
  },
  examples: [['ebb diff 20261116 @latest', 'Config, inputs, versions and metrics that differ']],
  async run(args, { terminal }) {
    const runsDir = String(args['runs'])
    const a = await findRun(runsDir, String(args['a']))
    const b = await findRun(runsDir, String(args['b']))
    const difference = await diffRuns(a, b)
    if (terminal.isJson) terminal.data(JSON.stringify({ schemaVersion: 1, ...difference }, nullForMissing))
    else present(difference, terminal, args['all'] === true)
  },
}

/** Keys never vanish: what a run lacks is null. */
function nullForMissing(_key: string, value: unknown): unknown {
  return value === undefined ? null : value
}

function present(difference: RunDifference, terminal: Terminal, isAll: boolean): void {
  const paint = terminal.paint.stdout
  terminal.data(`${paint.dim('a')} ${difference.a}\n${paint.dim('b')} ${difference.b}`)
  const sections = [
    ['config', difference.config],
    ['parameters', withoutConfig(difference)],
    ['inputs', difference.inputs.map(shortHashes)],
    ['versions', difference.versions],
  ] as const
  for (const [title, entries] of sections) {
    if (entries.length === 0) continue
    const rows = entries.map(({ key, a, b }) => [key, said(a), said(b)])
    const columns = [
      { title, shrinkTo: 20 },
      { title: 'a', shrinkTo: 14 },
      { title: 'b', shrinkTo: 14 },
    ]
    print(renderTable(columns, rows, terminal.dataColumns), terminal)
  }
  const metrics = difference.metrics.filter((metric) => isAll || isTelling(metric))
  const rows = metrics.map(({ key, a, b, difference: by }) => [key, said(a), said(b), by === null ? '' : signed(by)])
  const columns = [
    { title: 'metrics', shrinkTo: 20 },
    { title: 'a', align: 'right' as const, shrinkTo: 8 },
    { title: 'b', align: 'right' as const, shrinkTo: 8 },
    { title: 'b - a', align: 'right' as const },
  ]
  if (rows.length > 0) print(renderTable(columns, rows, terminal.dataColumns), terminal)
  if (sections.every(([, entries]) => entries.length === 0) && rows.length === 0) terminal.data('nothing differs')
}

function print([head = '', ...lines]: readonly string[], terminal: Terminal): void {
  terminal.data(`\n${terminal.paint.stdout.bold(head)}\n${lines.join('\n')}`)
}

/** Parameters that the config section has not shown already. */
function withoutConfig({ params, config }: RunDifference): Difference[] {
  const shown = new Set(config.map(({ key }) => key))
  return params.filter(({ key }) => !shown.has(key))
}

function isTelling({ key, a, b }: MetricDifference): boolean {
  return !Object.is(a, b) && !key.startsWith('train.') && !key.endsWith('_low') && !key.endsWith('_high')
}

function shortHashes({ key, a, b }: Difference): Difference {
  const short = (value: unknown): unknown => (typeof value === 'string' ? value.slice(0, 12) : value)
  return { key, a: short(a), b: short(b) }
}

function said(value: unknown): string {
  if (value === undefined) return '–'
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toFixed(4)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${Number.isInteger(value) ? value : value.toFixed(4)}`
}
