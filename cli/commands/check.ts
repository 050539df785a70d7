import type { CheckResult } from '../../core/artifacts.ts'
import type { Command } from '../command.ts'
import { configOptions, configPositional, readConfig } from '../config-options.ts'
import { hangingLines } from '../hanging-lines.ts'
import { machineResources } from '../machine.ts'
import { runsOption } from '../run-options.ts'
import { createProgress } from '../progress.ts'
import type { Terminal } from '../terminal.ts'

export const command: Command = {
  usage: 'check <config>',
  positionals: configPositional,
  options: {
    ...configOptions,
    ...runsOption,
    data: { type: 'boolean', default: false, describe: 'Also read the data: contract, labels, windows, split' },
  },
  examples: [
    ['ebb check shop.yaml', 'Schema and references: a second, no data'],
    ['ebb check shop.yaml --data', 'Everything but training: would this run, and on how many users?'],
  ],
  notes: 'Exit code 2: the config is wrong; 20: the data are. Warnings do not change it.',
  async run(args, context) {
    const { terminal } = context
    const { loaded, asOf } = await readConfig(args, context)
    const { checkConfig } = await import('../../pipelines/check.ts')
    const progress = createProgress(terminal, () => performance.now())
    try {
      const { checks, summary } = await checkConfig({
        loaded,
        asOf,
        runsDir: String(args['runs']),
        withData: args['data'] === true,
        signal: context.signal,
        emit: progress.emit,
        resources: machineResources(loaded.config.resources),
      })
      progress.stop()
      const failed = checks.filter((check) => !check.passed && check.severity === 'error')
      const passed = failed.length === 0
      if (terminal.isJson)
        terminal.data(
          JSON.stringify({ schemaVersion: 1, passed, config: loaded.file, hash: loaded.hash.full, checks, summary }),
        )
      else present(checks, summary, terminal)
      return passed ? 0 : 20
    } finally {
      progress.stop()
    }
  },
}

function present(checks: readonly CheckResult[], summary: readonly string[], terminal: Terminal): void {
  const paint = terminal.paint.stdout
  for (const check of checks) {
    const mark = check.passed
      ? paint.green('ok  ')
      : check.severity === 'error'
        ? paint.red('FAIL')
        : paint.yellow('warn')
    const detail = check.passed
      ? check.observed
      : `${check.message} (expected ${check.expected}, got ${check.observed})`
    hangingLines(terminal, `${check.name}${detail === '' ? '' : `: ${detail}`}`, { mark, indent: 5 })
  }
  for (const line of summary) hangingLines(terminal, line, { mark: '', indent: 2 })
}
