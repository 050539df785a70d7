import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Options } from 'yargs'
import { EbbError, throwFaults } from '../../core/errors.ts'
import { simulateParameters } from '../../data/simulate-parameters.ts'
import type { SimulateParameters, SimulationSummary } from '../../data/simulate-parameters.ts'
import { simulate } from '../../data/simulate.ts'
import { openEngine } from '../../engines/registry.ts'
import type { Arguments, Command, CommandContext } from '../command.ts'
import { formatCount } from '../format.ts'
import { machineResources } from '../machine.ts'
import { createProgress } from '../progress.ts'

/** `eligibleWithinDays` -> `eligible-within-days`. */
const optionName = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const parameterKeys = Object.keys(simulateParameters.shape) as (keyof SimulateParameters)[]
const defaults = simulateParameters.parse({})

/** One option per parameter of the simulator, from its own schema. */
const options: Readonly<Record<string, Options>> = Object.fromEntries(
  parameterKeys.map((key) => {
    const describe = simulateParameters.shape[key].description ?? key
    const type = typeof defaults[key] === 'number' ? ('number' as const) : ('string' as const)
    return [optionName(key), { type, default: defaults[key], requiresArg: true, describe }]
  }),
)

export const command: Command = {
  usage: 'simulate <dir>',
  positionals: { dir: 'A new or empty folder, or an earlier simulation, which is replaced' },
  options,
  examples: [
    ['ebb simulate shop', 'A shop of 40,000 users with app and web, and the true probabilities'],
    ['ebb simulate shop --users 400000 --seed 7', 'A larger one; the same arguments give the same bytes'],
  ],
  notes: 'configs/simulated.yaml is an experiment on such a folder.',
  async run(args, context) {
    const { terminal } = context
    const summary = await withProgress(readParameters(args), String(args['dir']), context)
    if (terminal.isJson) terminal.data(JSON.stringify({ schemaVersion: 1, dir: String(args['dir']), ...summary }))
    else {
      terminal.note(
        `${formatCount(summary.users)} users, ${formatCount(summary.events)} events, ${summary.start} to ${summary.end}`,
      )
      terminal.data(String(args['dir']))
    }
  },
}

async function withProgress(
  parameters: SimulateParameters,
  outDir: string,
  { terminal, signal }: CommandContext,
): Promise<SimulationSummary> {
  const workDirectory = await mkdtemp(join(tmpdir(), 'ebb-simulate-'))
  const progress = createProgress(terminal, () => performance.now())
  const engine = await openEngine({ kind: 'duckdb' }, { ...machineResources({}), workDirectory, signal })
  try {
    return await simulate({ engine, outDir, parameters, signal, emit: progress.emit })
  } finally {
    progress.stop()
    await engine.close()
    await rm(workDirectory, { recursive: true, force: true })
  }
}

function readParameters(args: Arguments): SimulateParameters {
  const parsed = simulateParameters.safeParse(
    Object.fromEntries(parameterKeys.map((key) => [key, args[optionName(key)]])),
  )
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => {
    const option = `--${optionName(String(issue.path[0]))}`
    const received = String(args[optionName(String(issue.path[0]))])
    return new EbbError({
      code: 'USAGE',
      kind: 'usage',
      where: `ebb simulate ${option}`,
      what: issue.message,
      received,
    })
  })
  throwFaults(faults)
  throw new TypeError('a failed parse has issues')
}
