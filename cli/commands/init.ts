import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, normalize } from 'node:path'
import { templateNames, templateTitle } from '../../configs/templates.ts'
import { EbbError } from '../../core/errors.ts'
import type { Emit } from '../../core/stage.ts'
import { type TradeName, tradeParameters } from '../../data/trade-parameters.ts'
import type { Engine } from '../../engines/engine.ts'
import { openEngine } from '../../engines/registry.ts'
import type { Arguments, Command, CommandContext } from '../command.ts'
import { formatCount } from '../format.ts'
import { machineResources } from '../machine.ts'
import { createProgress } from '../progress.ts'

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
    users: { type: 'number', requiresArg: true, describe: 'Users of the simulated log; default: a few thousand' },
  },
  examples: [
    ['ebb init --template saas churn', 'A folder "churn" that runs at once: config and simulated log'],
    ['ebb init --template game', 'The same in this folder; nothing is overwritten'],
  ],
  notes: `Templates: ${templateNames.map((name) => `${name} (${templateTitle(name)})`).join(', ')}.`,
  async run(args, context) {
    const template = args['template'] as TradeName | undefined
    if (template === undefined) throw nothingAsked()
    await fromTemplate(template, args, context)
  },
}

async function fromTemplate(template: TradeName, args: Arguments, context: CommandContext): Promise<void> {
  const { terminal, signal } = context
  const dir = folderOf(args)
  const parsed = tradeParameters(template).safeParse(args['users'] === undefined ? {} : { users: args['users'] })
  if (!parsed.success)
    throw new EbbError({
      code: 'USAGE',
      kind: 'usage',
      where: 'ebb init --users',
      what: parsed.error.issues[0]!.message,
      received: String(args['users']),
    })
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

/** `ebb` in the folder in which outputs shall lie. */
export function nextCommand(dir: string, words: string): string {
  const isHere = normalize(dir) === '.' || normalize(dir) === './'
  const quoted = /^[\w./@+-]+$/.test(dir) ? dir : `'${dir.replaceAll("'", String.raw`'\''`)}'`
  return `${isHere ? '' : `cd ${quoted} && `}npx ebb ${words}`
}

const folderOf = (args: Arguments): string => (args['dir'] as string | undefined) ?? '.'

async function withEngine<T>(
  { terminal, signal }: CommandContext,
  work: (engine: Engine, emit: Emit) => Promise<T>,
): Promise<T> {
  const workDirectory = await mkdtemp(join(tmpdir(), 'ebb-init-'))
  const progress = createProgress(terminal, () => performance.now())
  const engine = await openEngine({ kind: 'duckdb' }, { ...machineResources({}), workDirectory, signal })
  try {
    return await work(engine, progress.emit)
  } finally {
    progress.stop()
    await engine.close()
    await rm(workDirectory, { recursive: true, force: true })
  }
}

function nothingAsked(): EbbError {
  return new EbbError({
    code: 'USAGE',
    kind: 'usage',
    where: 'ebb init',
    what: 'nothing to start from',
    expected: `--template ${templateNames.join('|')}`,
    hint: 'ebb init --template ecommerce churn makes a folder that runs at once',
  })
}
