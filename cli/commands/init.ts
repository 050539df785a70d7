import { normalize } from 'node:path'
import { templateNames, templateTitle } from '../../configs/templates.ts'
import { EbbError } from '../../core/errors.ts'
import type { Assumption } from '../../data/propose-mapping.ts'
import { type TradeName, tradeParameters } from '../../data/trade-parameters.ts'
import type { Arguments, Command, CommandContext } from '../command.ts'
import { formatCount } from '../format.ts'
import { machineResources } from '../machine.ts'
import { parameterFault } from '../parameter-fault.ts'
import { createProgress } from '../progress.ts'
import type { Terminal } from '../terminal.ts'
import { withEngine } from '../with-engine.ts'
import { wrapWords } from '../wrap-words.ts'

export const command: Command = {
  usage: 'init [dir]',
  positionals: { dir: 'The folder to write into; default: this one' },
  options: {
    template: {
      type: 'string',
      requiresArg: true,
      choices: templateNames,
      describe: 'The trade whose config, tags and simulated log are written',
    },
    data: { type: 'string', requiresArg: true, describe: 'Your own log: CSV, TSV, NDJSON (also .gz, .zst) or Parquet' },
    users: { type: 'number', requiresArg: true, describe: 'Users of the simulated log; default: a few thousand' },
  },
  examples: [
    ['ebb init --template saas churn', 'A folder "churn" that runs at once: config and simulated log'],
    ['ebb init --data orders.csv churn', 'A config for your own file: columns, events, windows; says how sure it is'],
    ['ebb init --template game', 'The same in this folder; nothing is overwritten'],
  ],
  notes: `Templates: ${templateNames.map((name) => `${name} (${templateTitle(name)})`).join(', ')}.`,
  async run(args, context) {
    const template = args['template'] as TradeName | undefined
    const data = args['data'] as string | undefined
    if (template !== undefined && data === undefined) await fromTemplate(template, args, context)
    else if (data !== undefined && template === undefined) await fromData(data, args, context)
    else throw nothingAsked(template === undefined ? 'nothing to start from' : 'either a template or a file, not both')
  },
}

async function fromTemplate(template: TradeName, args: Arguments, context: CommandContext): Promise<void> {
  const { terminal, signal } = context
  const dir = folderOf(args)
  const parsed = tradeParameters(template).safeParse(args['users'] === undefined ? {} : { users: args['users'] })
  if (!parsed.success) throw parameterFault('ebb init --users', parsed.error.issues[0]!.message, String(args['users']))
  const { initTemplate } = await import('../../pipelines/init-template.ts')
  const outcome = await withEngine(context, (engine, emit) =>
    initTemplate({ engine, dir, parameters: parsed.data, signal, emit }),
  )
  const next = nextCommand(dir, 'run churn.yaml')
  const { config, files, simulated } = outcome
  if (terminal.isJson) {
    const log = { users: simulated.users, events: simulated.events, start: simulated.start, end: simulated.end }
    terminal.data(JSON.stringify({ schemaVersion: 1, template, dir, config, files, simulated: log, next }))
    return
  }
  const paint = terminal.paint.stderr
  terminal.note(
    `${templateTitle(template)}: ${formatCount(simulated.users)} users, ${formatCount(simulated.events)} events, ` +
      `${simulated.start} to ${simulated.end}`,
  )
  terminal.note(`wrote ${files.join(', ')}`)
  terminal.note('')
  terminal.note(`next   ${paint.bold(next)}`)
  terminal.data(`config ${config}`)
}

async function fromData(file: string, args: Arguments, context: CommandContext): Promise<void> {
  const { terminal, signal, env } = context
  const dir = folderOf(args)
  if (args['users'] !== undefined) throw usersOfData()
  const { initData } = await import('../../pipelines/init-data.ts')
  const progress = createProgress(terminal, () => performance.now())
  const outcome = await initData({
    dir,
    file,
    env,
    signal,
    emit: progress.emit,
    resources: machineResources({}),
  }).finally(() => progress.stop())
  const next = nextCommand(dir, 'run churn.yaml')
  if (terminal.isJson) {
    terminal.data(JSON.stringify({ schemaVersion: 1, data: file, dir, ...outcome, next }))
    return
  }
  const { events, users, dataStart, dataEnd, assumptions, summary, files, config } = outcome
  terminal.note(`${file}: ${formatCount(events)} events of ${formatCount(users)} users, ${dataStart} to ${dataEnd}`)
  terminal.note('')
  for (const line of assumptionLines(assumptions, terminal)) terminal.note(line)
  terminal.note('')
  for (const line of summary.filter((one) => one.startsWith('cutoff')).slice(-3)) terminal.note(line)
  terminal.note(`wrote ${files.join(', ')}`)
  terminal.note('')
  terminal.note(`next   ${terminal.paint.stderr.bold(next)}`)
  terminal.data(`config ${config}`)
}

/** What was assumed, and how sure it is: the reason stands below where it does not fit. */
function assumptionLines(assumptions: readonly Assumption[], terminal: Terminal): string[] {
  const paint = terminal.paint.stderr
  const colour = { sure: paint.green, likely: paint.cyan, guess: paint.yellow }
  const width = (pick: (one: Assumption) => string): number => Math.max(...assumptions.map((one) => pick(one).length))
  const [whats, values] = [
    width(({ what }) => what),
    Math.min(
      28,
      width(({ value }) => value),
    ),
  ]
  const indent = whats + values + 12
  return assumptions.flatMap(({ what, value, sure, because }) => {
    const shown = value.length > values ? `${value.slice(0, values - 1)}…` : value
    const head = `${what.padEnd(whats)}  ${shown.padEnd(values)}  ${colour[sure](sure.padEnd(6))}  `
    const [first = '', ...more] = wrapWords(because, Math.max(24, terminal.columns - indent))
    return [`${head}${paint.dim(first)}`, ...more.map((line) => `${' '.repeat(indent)}${paint.dim(line)}`)]
  })
}

function usersOfData(): EbbError {
  const what = 'belongs to a template: it is the size of the simulated log'
  return new EbbError({ code: 'USAGE', kind: 'usage', where: 'ebb init --users', what })
}

/** `ebb` in the folder in which outputs shall lie. */
export function nextCommand(dir: string, words: string): string {
  const isHere = normalize(dir) === '.' || normalize(dir) === './'
  const quoted = /^[\w./@+-]+$/.test(dir) ? dir : `'${dir.replaceAll("'", String.raw`'\''`)}'`
  return `${isHere ? '' : `cd ${quoted} && `}npx ebb ${words}`
}

const folderOf = (args: Arguments): string => (args['dir'] as string | undefined) ?? '.'

function nothingAsked(what: string): EbbError {
  return new EbbError({
    code: 'USAGE',
    kind: 'usage',
    where: 'ebb init',
    what,
    expected: `--data FILE, or --template ${templateNames.join('|')}`,
    hint: 'ebb init --template ecommerce churn makes a folder that runs at once',
  })
}
