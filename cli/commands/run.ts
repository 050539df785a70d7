import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Options } from 'yargs'
import type { CheckResult, Leaderboard } from '../../core/artifacts.ts'
import { parseJson } from '../../core/json.ts'
import { runFiles } from '../../store/layout.ts'
import type { TrainOutcome } from '../../pipelines/train.ts'
import type { Command, CommandContext } from '../command.ts'
import { configOptions, configPositional, readConfig } from '../config-options.ts'
import { runEnvironment } from '../environment.ts'
import { formatDuration } from '../format.ts'
import { leaderboardLines } from '../leaderboard.ts'
import { machineResources } from '../machine.ts'
import { createProgress } from '../progress.ts'
import { runsOption } from '../run-options.ts'

const options: Readonly<Record<string, Options>> = {
  ...configOptions,
  ...runsOption,
  out: {
    type: 'string',
    default: '.',
    requiresArg: true,
    describe: 'Folder that scores.path and excluded/ start from',
  },
  'no-cache': { type: 'boolean', default: false, describe: 'Compute every stage anew' },
}

export const command: Command = {
  usage: 'run <config>',
  positionals: configPositional,
  options,
  examples: [
    ['ebb run configs/quickstart.yaml', 'The bundled purchase log: train, score, report'],
    ['ebb run shop.yaml --as-of 2026-03-01', 'As if it were that day: later events are not used'],
    ['ebb run shop.yaml -s models.boosted.trees=500 --json', 'With one value changed; one JSON document on stdout'],
  ],
  notes: 'Ctrl-C stops at the next safe point: nothing is published, the run is marked INTERRUPTED.',
  async run(args, context) {
    const { terminal } = context
    const { loaded, asOf } = await readConfig(args, context)
    const { train } = await import('../../pipelines/train.ts')
    const progress = createProgress(terminal, () => performance.now())
    const began = performance.now()
    try {
      const outcome = await train({
        loaded,
        asOf,
        useCache: args['no-cache'] !== true,
        runsDir: String(args['runs']),
        outDir: String(args['out']),
        command: context.commandLine,
        now: context.now,
        signal: context.signal,
        emit: progress.emit,
        resources: machineResources(loaded.config.resources),
        environment: await runEnvironment(context.signal),
      })
      progress.stop()
      await present(outcome, context, performance.now() - began)
    } finally {
      progress.stop()
    }
  },
}

async function present(outcome: TrainOutcome, context: CommandContext, ms: number): Promise<void> {
  const { terminal } = context
  const warnings = await failedWarnings(outcome.runDir)
  const board = parseJson(await readFile(join(outcome.runDir, runFiles.leaderboard), 'utf8')) as Leaderboard
  if (terminal.isJson) {
    const { runId, runDir, status, winner, reportPath, scoresPath } = outcome
    const document = { schemaVersion: 1, status, run: runId, runDir, winner, report: reportPath, scores: scoresPath }
    const told = warnings.map(({ name, message, observed, expected }) => ({ name, message, observed, expected }))
    terminal.data(JSON.stringify({ ...document, warnings: told, durationMs: Math.round(ms) }))
    return
  }
  const paint = terminal.paint.stderr
  terminal.note('')
  for (const line of leaderboardLines(board, paint, terminal.columns)) terminal.note(line)
  for (const { name, message } of warnings) terminal.note(`${paint.yellow('warning')} ${name}: ${message}`)
  terminal.note('')
  terminal.note(`${paint.bold(outcome.runId)} finished in ${formatDuration(ms)}`)
  terminal.data(`report  ${outcome.reportPath}`)
  terminal.data(`scores  ${outcome.scoresPath}`)
}

/** Checks that did not pass and did not stop the run: nobody should have to open the report to hear of them. */
async function failedWarnings(runDir: string): Promise<CheckResult[]> {
  const checks = parseJson(await readFile(join(runDir, runFiles.checks), 'utf8')) as CheckResult[]
  return checks.filter(({ passed, severity }) => !passed && severity === 'warn')
}
