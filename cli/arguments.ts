import yargs from 'yargs'
import type { Argv } from 'yargs'
import { didYouMean } from '../core/did-you-mean.ts'
import { EbbError } from '../core/errors.ts'
import type { Arguments, Command } from './command.ts'
import { globalOptions } from './global-options.ts'

/** Reads the arguments of one command; bad usage is an EbbError of kind `usage` of one line. */
export async function parseArguments(command: Command, argv: readonly string[]): Promise<Arguments> {
  const parser = buildParser(command, argv).fail((message, error) => {
    throw usageFault(command, error?.message ?? message)
  })
  const args = (await parser.parseAsync()) as Arguments
  refuseUnknown(command, args)
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
      'duplicate-arguments-array': false,
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

/** Options and surplus words that the command does not know. */
function refuseUnknown(command: Command, args: Arguments): void {
  const options = { ...command.options, ...globalOptions }
  const aliases = Object.values(options).flatMap((option) => option.alias ?? [])
  const known = new Set([...Object.keys(options), ...aliases, ...Object.keys(command.positionals), '_', '$0', '--'])
  const unknown = Object.keys(args).find((key) => !known.has(key))
  if (unknown !== undefined) {
    const dashes = unknown.length === 1 ? '-' : '--'
    const meant = didYouMean(unknown, Object.keys(options))
    const hint = meant === null ? `ebb ${nameOf(command)} --help lists the options` : `did you mean --${meant}?`
    throw usageFault(command, `unknown option ${dashes}${unknown}`, hint)
  }
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
