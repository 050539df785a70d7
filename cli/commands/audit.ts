import { stat } from 'node:fs/promises'
import { loadConfig } from '../../configs/load.ts'
import type { AuditCheck, AuditOutcome, AuditReport } from '../../core/audit-artifacts.ts'
import type { LoadedConfig } from '../../configs/load.ts'
import { EbbError } from '../../core/errors.ts'
import { jsonText } from '../../core/json.ts'
import type { OlderData } from '../../pipelines/audit.ts'
import type { Command, CommandContext } from '../command.ts'
import { configOptions, configPositional, readConfig } from '../config-options.ts'
import { runEnvironment } from '../environment.ts'
import { formatMetric } from '../format.ts'
import { hangingLines } from '../hanging-lines.ts'
import { machineResources } from '../machine.ts'
import { createProgress } from '../progress.ts'
import type { Terminal } from '../terminal.ts'

export const command: Command = {
  usage: 'audit <config>',
  positionals: configPositional,
  options: {
    ...configOptions,
    against: {
      type: 'string',
      requiresArg: true,
      describe: 'An older copy of the data: its folder, or a config that names it; later corrections are looked for',
    },
    strict: { type: 'boolean', default: false, describe: 'Warnings fail, too (as audit.strict does)' },
  },
  examples: [
    ['ebb audit shop.yaml', 'Does any feature or label know more than it may? Tried on the data themselves'],
    ['ebb audit shop.yaml --against ../backup/2026-02', 'Which rows of the past are not what they were?'],
    ['ebb audit shop.yaml --strict --json', 'For a scheduler: exit code 20 when anything is doubtful'],
  ],
  notes: 'Every `ebb run` does the same before it trains. Trains one model, keeps nothing. Exit code 20: leakage.',
  async run(args, context) {
    const { terminal } = context
    const { loaded, asOf } = await readConfig(args, context)
    const older = args['against'] === undefined ? null : await olderData(String(args['against']), loaded, context)
    const { auditConfig } = await import('../../pipelines/audit.ts')
    const progress = createProgress(terminal, () => performance.now())
    try {
      const report = await auditConfig({
        loaded,
        asOf,
        older,
        strict: args['strict'] === true || loaded.config.audit.strict,
        command: context.commandLine,
        environment: await runEnvironment(context.signal),
        now: context.now,
        signal: context.signal,
        emit: progress.emit,
        resources: machineResources(loaded.config.resources),
      })
      progress.stop()
      if (terminal.isJson) terminal.data(jsonText({ schemaVersion: 1, ...report }, 0).trimEnd())
      else present(report, terminal)
      return report.passed ? 0 : 20
    } finally {
      progress.stop()
    }
  },
}

/** The older copy of the data: a config of its own, or a folder in the place of the one that holds the data. */
async function olderData(against: string, loaded: LoadedConfig, { env }: CommandContext): Promise<OlderData> {
  const found = await stat(against).catch(() => null)
  if (found === null)
    throw new EbbError({
      code: 'USAGE',
      kind: 'usage',
      where: 'ebb audit --against',
      what: 'no such file or folder',
      received: JSON.stringify(against),
    })
  if (!found.isDirectory() && !/\.ya?ml$/i.test(against))
    throw new EbbError({
      code: 'USAGE',
      kind: 'usage',
      where: 'ebb audit --against',
      what: 'not allowed',
      expected: 'the folder of an older copy, or a config (.yaml) that names it',
      received: JSON.stringify(against),
      hint: `a file alone goes into a folder, under the name that it has in sources`,
    })
  if (!found.isDirectory()) {
    const { config, baseDir } = await loadConfig({ path: against, env })
    return { ...config, baseDir, against }
  }
  const { olderInputs } = await import('../../pipelines/older-inputs.ts')
  const { timeZone } = loaded.config
  return { ...olderInputs(loaded, against), timeZone, baseDir: loaded.baseDir, against }
}

function present(report: AuditOutcome, terminal: Terminal): void {
  presentOne(report, terminal)
  for (const { target, horizonDays, ...other } of report.others) {
    terminal.data(`\n${target}, ${horizonDays} days:`)
    presentOne(other, terminal)
  }
}

function presentOne(report: AuditReport, terminal: Terminal): void {
  const paint = terminal.paint.stdout
  const marks: Readonly<Record<AuditCheck['status'], string>> = {
    passed: paint.green('ok  '),
    warned: paint.yellow('warn'),
    failed: paint.red('FAIL'),
    not_checked: paint.dim('n/a '),
  }
  const say = (status: AuditCheck['status'], text: string): void =>
    hangingLines(terminal, text, { mark: marks[status], indent: 5 })
  for (const { status, looksFor, observed } of report.checks) say(status, `${looksFor}: ${observed}`)
  const told = report.checks.filter(({ status }) => status === 'failed' || status === 'warned')
  for (const { status, name, message } of told) {
    terminal.data('')
    say(status, `${name}: ${message}`)
  }
  const split = report.randomSplit
  if (split === null) return
  const by = split.difference.auc
  terminal.data('')
  hangingLines(
    terminal,
    `A random split would have promised an AUC of ${formatMetric(split.random.auc)} for ${split.model}; in time it is ` +
      `${formatMetric(split.outOfTime.auc)} (${by < 0 ? '' : '+'}${by.toFixed(4)}).`,
    { mark: '', indent: 0 },
  )
}
