import { EbbError } from '../../core/errors.ts'
import { readMetrics, listRuns } from '../../tracking/read.ts'
import type { RunEntry } from '../../tracking/read.ts'
import type { Command } from '../command.ts'
import { formatDurationShort, formatMetric } from '../format.ts'
import { runsOption } from '../run-options.ts'
import { renderTable } from '../table.ts'
import type { Paint } from '../terminal.ts'

interface Listed {
  readonly run: RunEntry
  /** Of the winner on test; null where there is none. */
  readonly logLoss: number | null
  readonly auc: number | null
}

export const command: Command = {
  usage: 'runs',
  positionals: {},
  options: {
    ...runsOption,
    experiment: { type: 'string', requiresArg: true, describe: 'Only runs of this experiment' },
    status: { type: 'string', requiresArg: true, describe: 'Only runs of this status, e.g. SUCCEEDED' },
    limit: { type: 'number', default: 20, requiresArg: true, describe: 'At most so many, newest first; 0 = all' },
  },
  examples: [
    ['ebb runs', 'The twenty newest runs'],
    ['ebb runs --limit 0 --status FAILED', 'Every run that failed'],
    ["ebb runs --json | jq '.runs[0].id'", 'For programs'],
  ],
  notes: 'loss and auc: log-loss and AUC of the winner on test.',
  async run(args, { terminal }) {
    const limit = Number(args['limit'])
    if (!Number.isInteger(limit) || limit < 0) throw badLimit(String(args['limit']))
    const all = (await listRuns(String(args['runs']))).filter((run) => isWanted(run, args))
    const shown = limit === 0 ? all : all.slice(0, limit)
    const listed = await Promise.all(shown.map(withMetrics))
    if (terminal.isJson) {
      terminal.data(JSON.stringify({ schemaVersion: 1, total: all.length, runs: listed.map(asJson) }))
      return
    }
    if (listed.length === 0) terminal.note(`no runs in ${String(args['runs'])}`)
    else for (const line of table(listed, terminal.paint.stdout, terminal.dataColumns)) terminal.data(line)
    if (shown.length < all.length) terminal.note(`${all.length - shown.length} more; --limit 0 shows all`)
  },
}

function isWanted({ record, status }: RunEntry, args: Readonly<Record<string, unknown>>): boolean {
  const { experiment, status: wanted } = args
  if (typeof wanted === 'string' && status !== wanted.toUpperCase()) return false
  return typeof experiment !== 'string' || record?.experiment === experiment
}

async function withMetrics(run: RunEntry): Promise<Listed> {
  const metrics = await readMetrics(run.dir)
  const value = (metric: string): number | null => {
    const found = metrics[`test.${String(metrics['winner'])}.${metric}`]
    return typeof found === 'number' ? found : null
  }
  return { run, logLoss: value('log_loss'), auc: value('auc') }
}

function asJson({ run, logLoss, auc }: Listed): object {
  const { id, dir, status, record, problem } = run
  return {
    id,
    dir,
    status,
    experiment: record?.experiment ?? null,
    asOf: record?.asOf ?? null,
    startedAt: record?.startedAt ?? null,
    durationMs: record?.durationMs ?? null,
    exitCode: record?.exitCode ?? null,
    configHash: record?.configHash ?? null,
    winner: record?.winner ?? null,
    scores: record?.scores ?? null,
    error: record?.error ?? null,
    problem,
    test: { log_loss: logLoss, auc },
  }
}

function table(listed: readonly Listed[], paint: Paint, width: number): string[] {
  const rows = listed.map(({ run, logLoss, auc }) => [
    run.id,
    run.status.toLowerCase(),
    run.record?.experiment ?? '',
    took(run),
    run.record?.winner ?? '',
    logLoss === null ? '' : formatMetric(logLoss),
    auc === null ? '' : formatMetric(auc),
  ])
  const columns = [
    { title: 'run' },
    { title: 'status' },
    { title: 'experiment', shrinkTo: 8 },
    { title: 'took', align: 'right' as const },
    { title: 'winner', shrinkTo: 6 },
    { title: 'loss', align: 'right' as const },
    { title: 'auc', align: 'right' as const },
  ]
  const [head = '', ...lines] = renderTable(columns, rows, width)
  return [paint.bold(head), ...lines.map((line, i) => coloured(line, listed[i]!.run.status, paint))]
}

function took({ record }: RunEntry): string {
  const ms = record?.durationMs ?? null
  return ms === null ? '' : formatDurationShort(ms)
}

function coloured(line: string, status: string, paint: Paint): string {
  if (status === 'SUCCEEDED') return line
  return status === 'RUNNING' || status === 'QUEUED' ? paint.cyan(line) : paint.yellow(line)
}

function badLimit(received: string): EbbError {
  return new EbbError({
    code: 'USAGE',
    kind: 'usage',
    where: 'ebb runs --limit',
    what: 'not a number of runs',
    expected: 'a whole number, 0 for all',
    received,
  })
}
