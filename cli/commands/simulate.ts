import type { Options } from 'yargs'
import { EbbError, throwFaults } from '../../core/errors.ts'
import { simulateParameters, type SimulationSummary } from '../../data/simulate-parameters.ts'
import { simulateTrade } from '../../data/simulate-trade.ts'
import { simulate } from '../../data/simulate.ts'
import {
  type TradeName,
  tradeNames,
  tradeParameters,
  type TradeSummary,
  tradeTitle,
} from '../../data/trade-parameters.ts'
import type { Emit } from '../../core/stage.ts'
import type { Engine } from '../../engines/engine.ts'
import { onDisk } from '../../store/file-system.ts'
import type { Arguments, Command } from '../command.ts'
import { formatCount } from '../format.ts'
import { parameterFault } from '../parameter-fault.ts'
import { withEngine } from '../with-engine.ts'

/** `eligibleWithinDays` -> `eligible-within-days`. */
const optionName = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const parameterKeys = Object.keys(simulateParameters.shape) as (keyof typeof simulateParameters.shape)[]
const defaults = simulateParameters.parse({})

/** One option per parameter of the simulator, from its own schema; defaults are filled in by the schema. */
const options: Readonly<Record<string, Options>> = {
  trade: {
    type: 'string',
    requiresArg: true,
    choices: tradeNames,
    describe: 'The log of a trade, smaller than the shop: the data of the templates',
  },
  ...Object.fromEntries(
    parameterKeys.map((key) => {
      const describe = simulateParameters.shape[key].description ?? key
      const type = typeof defaults[key] === 'number' ? ('number' as const) : ('string' as const)
      return [optionName(key), { type, defaultDescription: String(defaults[key]), requiresArg: true, describe }]
    }),
  ),
}

export const command: Command = {
  usage: 'simulate <dir>',
  positionals: { dir: 'A new or empty folder, or an earlier simulation, which is replaced' },
  options,
  examples: [
    ['ebb simulate shop', 'A shop of 40,000 users with app and web, and the true probabilities'],
    ['ebb simulate shop --users 400000 --seed 7', 'A larger one; the same arguments give the same bytes'],
    ['ebb simulate calls --trade telecom', 'A mobile operator: usage, bills and contracts'],
  ],
  notes:
    'configs/simulated.yaml is an experiment on the shop; ebb init --template TRADE writes one for a trade. ' +
    "With --trade the defaults are the trade's own, and only --users, --start, --days and --seed can be set. " +
    'Other arguments give another log, not a longer one: for a log that grows, cut one by its days.',
  async run(args, context) {
    const { terminal } = context
    const outDir = String(args['dir'])
    const trade = args['trade'] as TradeName | undefined
    const make: Make = trade === undefined ? shop(args) : ofTrade(trade, args)
    const summary = await withEngine(context, (engine, emit) =>
      onDisk(outDir, () => make({ engine, outDir, signal: context.signal, emit })),
    )
    if (terminal.isJson) terminal.data(JSON.stringify({ schemaVersion: 1, dir: outDir, ...summary }))
    else {
      const what = trade === undefined ? '' : `${tradeTitle(trade)}: `
      const counts = `${formatCount(summary.users)} users, ${formatCount(summary.events)} events`
      terminal.note(`${what}${counts}, ${summary.start} to ${summary.end}`)
      terminal.data(outDir)
    }
  },
}

interface Target {
  readonly engine: Engine
  readonly outDir: string
  readonly signal: AbortSignal
  readonly emit: Emit
}

type Make = (target: Target) => Promise<SimulationSummary | TradeSummary>

function shop(args: Arguments): Make {
  const parameters = readParameters(simulateParameters, parameterKeys, args)
  return (target: Target) => simulate({ ...target, parameters })
}

function ofTrade(trade: TradeName, args: Arguments): Make {
  const schema = tradeParameters(trade)
  const keys = Object.keys(schema.shape)
  const surplus = parameterKeys.find((key) => args[optionName(key)] !== undefined && !keys.includes(key))
  if (surplus !== undefined)
    throw new EbbError({
      code: 'USAGE',
      kind: 'usage',
      where: `ebb simulate --${optionName(surplus)}`,
      what: 'belongs to the shop, not to a trade',
      expected: keys.map((key) => `--${optionName(key)}`).join(', '),
    })
  const parameters = readParameters(schema, keys, args)
  return (target: Target) => simulateTrade({ ...target, parameters })
}

interface Parser<T> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } }
}

function readParameters<T>(schema: Parser<T>, keys: readonly string[], args: Arguments): T {
  const given = keys.flatMap((key) => (args[optionName(key)] === undefined ? [] : [[key, args[optionName(key)]]]))
  const parsed = schema.safeParse(Object.fromEntries(given))
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => {
    const option = optionName(String(issue.path[0]))
    return parameterFault(`ebb simulate --${option}`, issue.message, String(args[option]))
  })
  throwFaults(faults)
  throw new TypeError('a failed parse has issues')
}
