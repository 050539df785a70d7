import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Leaderboard, RulesFile, RunRecord } from '../../core/artifacts.ts'
import { parseJson } from '../../core/json.ts'
import { runFiles } from '../../store/layout.ts'
import { findRun, readMetrics } from '../../tracking/read.ts'
import type { Command } from '../command.ts'
import { formatCount, formatDuration } from '../format.ts'
import { leaderboardLines } from '../leaderboard.ts'
import { runPositional, runsOption } from '../run-options.ts'
import type { Paint } from '../terminal.ts'

export const command: Command = {
  usage: 'show <run>',
  positionals: { run: runPositional },
  options: runsOption,
  examples: [
    ['ebb show @latest', 'The newest run: status, leaderboard, files'],
    ['ebb show @best:auc --json', 'The run whose winner has the best AUC on test, for programs'],
  ],
  async run(args, { terminal }) {
    const { id, dir, status, record } = await findRun(String(args['runs']), String(args['run']))
    const board = await readJson<Leaderboard>(join(dir, runFiles.leaderboard))
    const files = (await readdir(dir)).sort()
    if (terminal.isJson) {
      const metrics = await readMetrics(dir)
      terminal.data(JSON.stringify({ schemaVersion: 1, id, dir, status, record, leaderboard: board, metrics, files }))
      return
    }
    const paint = terminal.paint.stdout
    for (const line of facts(record, { dir, status }, paint)) terminal.data(line)
    if (board !== null) {
      terminal.data('')
      for (const line of leaderboardLines(board, paint, terminal.dataColumns)) terminal.data(line)
    }
    for (const { model, rules } of (await readJson<RulesFile>(join(dir, runFiles.rules))) ?? []) {
      terminal.data(`\n${paint.bold(`rules of ${model}`)}`)
      for (const { when, rate, rows } of rules)
        terminal.data(`${(100 * rate).toFixed(1).padStart(5)} % of ${formatCount(rows)}: ${when}`)
    }
    terminal.data(`\n${paint.bold('files')}\n${wrapped(files, terminal.dataColumns)}`)
  },
}

function facts(record: RunRecord, at: { dir: string; status: string }, paint: Paint): string[] {
  const rows: [string, string | null][] = [
    ['run', record.id],
    ['status', at.status + (record.exitCode === null ? '' : ` (exit code ${record.exitCode})`)],
    ['error', record.error === null ? null : `${record.error.code}: ${record.error.message}`],
    ['experiment', record.experiment],
    ['as of', record.asOf],
    ['started', record.startedAt],
    ['took', record.durationMs === null ? null : formatDuration(record.durationMs)],
    ['command', record.command],
    ['config hash', record.configHash],
    ['winner', record.winner],
    ['scores', record.scores],
    ['folder', at.dir],
  ]
  return rows.filter(([, value]) => value !== null).map(([name, value]) => `${paint.dim(name.padEnd(12))}${value}`)
}

/** Names side by side, as many as fit into a line; one to a line where nothing limits it. */
function wrapped(names: readonly string[], width: number): string {
  if (width === Number.POSITIVE_INFINITY) return names.join('\n')
  const lines: string[] = []
  for (const name of names) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + name.length + 2 <= width) lines[lines.length - 1] = `${last}  ${name}`
    else lines.push(name)
  }
  return lines.join('\n')
}

async function readJson<T>(path: string): Promise<T | null> {
  try {
    return parseJson(await readFile(path, 'utf8')) as T
  } catch {
    return null
  }
}
