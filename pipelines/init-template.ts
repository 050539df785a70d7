import { join } from 'node:path'
import { readTemplate, templateTitle } from '../configs/templates.ts'
import type { Emit } from '../core/stage.ts'
import { simulateTrade } from '../data/simulate-trade.ts'
import type { TradeParameters, TradeSummary } from '../data/trade-parameters.ts'
import type { Engine } from '../engines/engine.ts'
import { onDisk } from '../store/file-system.ts'
import { initNames, refuseOverwriting, writeInitFolder } from './init-folder.ts'

export interface InitTemplateRequest {
  readonly engine: Engine
  readonly dir: string
  readonly parameters: TradeParameters
  readonly signal: AbortSignal
  readonly emit: Emit
}

export interface InitOutcome {
  /** Relative to the working folder, as the user would type it. */
  readonly config: string
  /** Names inside the folder, in the order in which they were written. */
  readonly files: readonly string[]
}

/** Where the simulated log lies, in every template. */
const dataFolder = 'data/simulated'

/**
 * A folder that runs at once: the commented config of a trade, a simulated log of it, the schema for editors, a README of what to do
 * next, .gitignore entries. Overwrites nothing (EbbError `usage`); stopped half-way, it leaves no config behind.
 */
export async function initTemplate(request: InitTemplateRequest): Promise<InitOutcome & { simulated: TradeSummary }> {
  const { dir, parameters, engine, signal, emit } = request
  await refuseOverwriting(dir, [initNames.config, dataFolder])
  const outDir = join(dir, dataFolder)
  const simulated = await onDisk(dir, () => simulateTrade({ engine, outDir, parameters, signal, emit }))
  const files = await writeInitFolder(dir, {
    config: await readTemplate(parameters.trade),
    readme: readmeOf(simulated),
    ignore: ['data/'],
  })
  return { config: join(dir, initNames.config), files: [`${dataFolder}/`, ...files], simulated }
}

function readmeOf({ parameters, users, events, start, end }: TradeSummary): string {
  const { trade } = parameters
  const count = (n: number): string => n.toLocaleString('en-US')
  return `# Churn: ${templateTitle(trade)}

Made by \`ebb init --template ${trade}\`. The log under \`${dataFolder}/\` is simulated: ${count(users)} users,
${count(events)} events, ${start} to ${end} (exclusive).

| | |
|---|---|
| \`${initNames.config}\` | the experiment: what churn is, where the events are, which models compete |
| \`${dataFolder}/events\`, \`customers\`${parameters.trade === 'saas' || parameters.trade === 'telecom' ? ', `subscriptions`' : ''} | what the config reads |
| \`${dataFolder}/truth\` | the true probability of every label, to compare the models with; no model may read it |

1. \`npx ebb check ${initNames.config} --data\`: would it run, on how many users, at which churn rate? Trains nothing.
2. \`npx ebb run ${initNames.config}\`: train, judge, score. The last lines name the report (open it in a browser) and the scores.
3. \`npx ebb analyze definition ${initNames.config}\`: how long must a user be silent before he counts as lost?
4. Your own data: point \`sources.log.path\` at your files and map their columns, left Ebb's name, right yours; or let
   \`npx ebb init --data FILE another-folder\` propose a config for your file.

Runs are kept in \`runs/\`, scores in \`scores/\`; \`npx ebb help\` lists the commands.
`
}
