import type { DefinitionLab, ShareWithInterval } from '../../core/definition-lab.ts'
import { EbbError } from '../../core/errors.ts'
import type { Arguments, Command } from '../command.ts'
import { configOptions, configPositional, readConfig } from '../config-options.ts'
import { formatCount } from '../format.ts'
import { machineResources } from '../machine.ts'
import { createProgress } from '../progress.ts'
import { renderTable, type TableColumn } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { unknownWord } from '../unknown-word.ts'
import { wrapWords } from '../wrap-words.ts'

const analyses = ['definition'] as const

export const command: Command = {
  usage: 'analyze <what> <config>',
  positionals: { what: `What to look at: ${analyses.join(', ')}`, ...configPositional },
  options: {
    ...configOptions,
    horizon: {
      type: 'number',
      requiresArg: true,
      describe: "Days in which a return counts; default: the config's horizon",
    },
    threshold: {
      type: 'number',
      default: 0.1,
      requiresArg: true,
      describe: 'The chance to return below which a user counts as lost',
    },
    'max-days': {
      type: 'number',
      requiresArg: true,
      describe: 'Longest silence to look at; default: what the log allows',
    },
    out: {
      type: 'string',
      default: 'analysis',
      requiresArg: true,
      describe: 'Folder of definition.html and definition.json',
    },
  },
  examples: [
    ['ebb analyze definition churn.yaml', 'After how many silent days does nobody come back?'],
    ['ebb analyze definition churn.yaml --horizon 30 --threshold 0.2', 'With a window and a limit of your own'],
  ],
  notes:
    'definition: the chance to return after N silent days with its interval (Kaplan-Meier, so that the end of the log makes ' +
    'nobody lost), churn rates for a range of N, by segment; recommends N and says why. Trains nothing.',
  async run(args, context) {
    const { terminal } = context
    const what = String(args['what'])
    if (!analyses.some((one) => one === what)) throw unknownWord('ebb analyze', what, analyses)
    const { loaded, asOf } = await readConfig(args, context)
    const { analyzeDefinition } = await import('../../pipelines/analyze-definition.ts')
    const progress = createProgress(terminal, () => performance.now())
    try {
      const { lab, files } = await analyzeDefinition({
        loaded,
        asOf,
        horizonDays: numberOf(args, 'horizon', { min: 1, max: 3_660 }),
        threshold: numberOf(args, 'threshold', { min: 0.001, max: 0.9 }, false) ?? 0.1,
        maxDays: numberOf(args, 'max-days', { min: 1, max: 3_660 }),
        outDir: String(args['out']),
        signal: context.signal,
        emit: progress.emit,
        resources: machineResources(loaded.config.resources),
      })
      progress.stop()
      if (terminal.isJson) terminal.data(JSON.stringify({ ...lab, files }))
      else present(lab, files, terminal)
    } finally {
      progress.stop()
    }
  },
}

function numberOf(
  args: Arguments,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
  isWhole = true,
): number | null {
  const value = args[name]
  if (value === undefined) return null
  if (typeof value === 'number' && value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value
  throw new EbbError({
    code: 'USAGE',
    kind: 'usage',
    where: `ebb analyze --${name}`,
    what: 'out of range',
    expected: `${isWhole ? 'a whole number' : 'a number'} from ${min} to ${max}`,
    received: String(value),
  })
}

/** Lengths that the table shows; all stand in the JSON. */
const shown = [1, 3, 7, 14, 20, 30, 45, 60, 90, 120, 150, 180, 270, 365]

function present(lab: DefinitionLab, files: readonly string[], terminal: Terminal): void {
  const paint = terminal.paint.stdout
  const all = lab.segments[0]!
  const { silenceDays, reason } = lab.recommended
  terminal.note(
    `${lab.experiment}: ${formatCount(all.silences)} silences of ${formatCount(all.users)} users, ended by ${lab.events.join(', ')}`,
  )
  const rates = new Map(lab.rates.map((rate) => [rate.silenceDays, rate]))
  const points = all.curve.filter((point) => [...shown, silenceDays, lab.configuredDays].includes(point.silenceDays))
  const right = (title: string): TableColumn => ({ title, align: 'right' })
  const columns = [
    right('silent'),
    right('silences'),
    right('still away'),
    right(`back in ${lab.horizonDays} d [95 %]`),
    right(`in ${lab.followUpDays} d`),
    right('churn rate ± sd'),
    { title: '' },
  ]
  const rows = points.map((point) => {
    const rate = rates.get(point.silenceDays)
    return [
      String(point.silenceDays),
      formatCount(point.silences),
      percent(point.stillAway),
      withInterval(point.backWithinHorizon),
      point.backWithinFollowUp === null ? '–' : percent(point.backWithinFollowUp.value),
      rate === undefined ? '' : `${percent(rate.rate)} ± ${percent(rate.sd)}`,
      point.silenceDays === silenceDays ? '<' : '',
    ]
  })
  const [head = '', ...lines] = renderTable(columns, rows, terminal.dataColumns)
  terminal.data(paint.dim(head))
  for (const line of lines) terminal.data(line.endsWith('<') ? paint.bold(paint.green(line)) : line)
  terminal.data('')
  for (const line of wrapWords(
    `${silenceDays === null ? 'No recommendation' : `Recommended: ${silenceDays} silent days`}: ${reason}.`,
    terminal.dataColumns,
  ))
    terminal.data(line)
  for (const line of segmentLines(lab, terminal.dataColumns)) terminal.data(line)
  if (files[0] !== undefined) terminal.data(`page    ${files[0]}`)
}

function segmentLines(lab: DefinitionLab, width: number): string[] {
  const names = [...new Set(lab.segments.slice(1).map(({ segment }) => segment))]
  return names.flatMap((name) => {
    const levels = lab.segments.filter(({ segment }) => segment === name)
    const said = levels.map(({ level, recommendedDays }) => `${level} ${recommendedDays ?? '–'}`)
    return wrapWords(`By ${name.replaceAll('_', ' ')}: ${said.join(', ')}.`, width)
  })
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

function withInterval(share: ShareWithInterval | null): string {
  if (share === null) return '–'
  return `${percent(share.value)} [${(100 * share.low).toFixed(1)}, ${(100 * share.high).toFixed(1)}]`
}
