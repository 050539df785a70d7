import yargs from 'yargs'
import type { Argv, Options } from 'yargs'
import { didYouMean } from '../core/did-you-mean.ts'
import { EbbError } from '../core/errors.ts'
import type { Arguments, Command } from './command.ts'
import { globalOptions } from './global-options.ts'
import { unknownWord } from './unknown-word.ts'

/** Reads the arguments of one command; bad usage is an EbbError of kind `usage` of one line. */
export async function parseArguments(command: Command, argv: readonly string[]): Promise<Arguments> {
  readOptions(command, argv)
  const parser = buildParser(withoutChoices(command), argv).fail((message, error) => {
    throw usageFault(command, error?.message ?? message)
  })
  const args = lastOfRepeated(command, (await parser.parseAsync()) as Arguments)
  refuseSurplusWords(command, args)
  refuseOtherChoices(command, args)
  return args
}

/** The text of `ebb COMMAND --help`, for a terminal of so many columns. */
export async function helpText(command: Command, columns: number): Promise<string> {
  const parser = buildParser(command, []).wrap(Math.min(columns, 100))
  for (const [line, meaning] of command.examples) parser.example(line, meaning)
  if (command.notes !== undefined) parser.epilogue(command.notes)
  return parser.getHelp()
}

function buildParser(command: Command, argv: readonly string[]): Argv {
  const [, ...positionals] = command.usage.split(' ')
  const parser = yargs([...argv])
    .scriptName('ebb')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'greedy-arrays': false,
      'parse-positional-numbers': false,
      'parse-numbers': false,
    })
    .locale('en')
    .exitProcess(false)
    .help(false)
    .version(false)
    .showHelpOnFail(false)
  return parser
    .command(`${['$0', ...positionals].join(' ')}`, false, (builder) => {
      for (const [name, describe] of Object.entries(command.positionals))
        builder.positional(name, { describe, type: 'string' })
      return builder
    })
    .usage(`Usage: ebb ${command.usage}`)
    .options(command.options)
    .options(globalOptions)
}

/**
 * Refuses options that the command does not know, before anything else, as what follows them is misread; and words where a
 * number belongs, of which the parser would only say NaN.
 */
function readOptions(command: Command, argv: readonly string[]): void {
  const options: Readonly<Record<string, Options>> = { ...command.options, ...globalOptions }
  const known = new Map(
    Object.entries(options).flatMap(([name, option]) => names(name, option).map((one) => [one, option])),
  )
  for (let i = 0; i < argv.length; i++) {
    const [, long, short, assigned] = /^(?:--([^=]+)|-([A-Za-z]))(=?)/.exec(argv[i]!) ?? []
    const name = long ?? short
    if (argv[i] === '--') return
    if (name === undefined) continue
    const option = known.get(name)
    if (option === undefined) {
      const meant = didYouMean(name, Object.keys(options))
      const hint = meant === null ? undefined : `did you mean --${meant}?`
      throw usageFault(command, `unknown option ${long === undefined ? '-' : '--'}${name}`, hint)
    }
    if (option.type === 'boolean') continue
    const value = assigned === '' ? argv[++i] : argv[i]!.slice(argv[i]!.indexOf('=') + 1)
    // Another option in the place of a value: the parser says that there is none.
    if (value === undefined || (assigned === '' && value.startsWith('--'))) continue
    if (option.type === 'number' && Number.isNaN(Number(value)))
      throw notANumber(`ebb ${nameOf(command)} --${name}`, value)
  }
}

const notANumber = (where: string, value: string): EbbError =>
  new EbbError({
    code: 'USAGE',
    kind: 'usage',
    where,
    what: 'not allowed',
    expected: 'a number',
    received: JSON.stringify(value),
  })

function names(name: string, { alias }: Options): string[] {
  return [name, ...(alias === undefined ? [] : [alias].flat())]
}

/** Of an option that takes one value and stands twice, the last counts. */
function lastOfRepeated(command: Command, args: Arguments): Arguments {
  const isList = (name: string): boolean => name === '_' || command.options[name]?.array === true
  const entries = Object.entries(args).map(([name, value]) =>
    Array.isArray(value) && !isList(name) ? [name, value.at(-1) as unknown] : [name, value],
  )
  return Object.fromEntries(entries) as Arguments
}

/** yargs would refuse another value without saying which was meant. */
function withoutChoices(command: Command): Command {
  const options = Object.entries(command.options).map(([name, { choices: _, ...option }]) => [name, option])
  return { ...command, options: Object.fromEntries(options) as Command['options'] }
}

function refuseOtherChoices(command: Command, args: Arguments): void {
  for (const [name, { choices }] of Object.entries(command.options)) {
    const value = args[name]
    if (choices === undefined || value === undefined || choices.includes(value as string)) continue
    throw unknownWord(`ebb ${nameOf(command)} --${name}`, String(value), choices.map(String))
  }
}

function refuseSurplusWords(command: Command, args: Arguments): void {
  const [surplus] = (args['_'] ?? []) as readonly unknown[]
  if (surplus !== undefined) throw usageFault(command, `one word too many, ${JSON.stringify(String(surplus))}`)
}

function usageFault(
  command: Command,
  message: string,
  hint = `ebb ${nameOf(command)} --help shows how it is used`,
): EbbError {
  const what = message
    .replace(/^Not enough non-option arguments.*/s, `expected ${positionalsOf(command)}`)
    .replace(/^Not enough arguments following: (.+)/s, (_, name: string) => `--${name} needs a value`)
    .replace(/\.$/, '')
    .replaceAll(/\s*\n\s*/g, ' ')
  return new EbbError({ code: 'USAGE', kind: 'usage', where: `ebb ${nameOf(command)}`, what, hint })
}

const nameOf = (command: Command): string => command.usage.split(' ')[0] ?? ''

function positionalsOf(command: Command): string {
  const wanted = [...command.usage.matchAll(/<(\w+)>/g)].map(([, name]) => String(name).toUpperCase())
  return wanted.join(' ')
}
