import type { Emit } from '../core/stage.ts'
import type { Engine } from '../engines/engine.ts'
import type { SimulateParameters, SimulationSummary } from './simulate-parameters.ts'
import { createWorld } from './simulator/create-world.ts'
import { Simulation } from './simulator/simulation.ts'
import { withTargetFolder } from './simulator/target-folder.ts'

export interface SimulateOptions {
  readonly engine: Engine
  /** Made by the call; must not exist, be empty, or hold an earlier simulation, which is replaced as a whole. */
  readonly outDir: string
  readonly parameters: SimulateParameters
  readonly signal?: AbortSignal
  readonly emit?: Emit
}

/**
 * Simulates a shop and writes it below `outDir`: `app/part-*.parquet` and `web/part-*.parquet` (events of two channels,
 * each with its own ids and column names), `ids-app.csv` and `ids-web.csv` (channel id -> user_id), `customers/part-*.parquet`
 * (attribute history), `truth/part-*.parquet` (the true probability of the label per user and cutoff) and `simulation.json`.
 * The same parameters give the same bytes, whatever the threads; user k's history does not depend on how many users there are.
 */
export async function simulate(options: SimulateOptions): Promise<SimulationSummary> {
  const { outDir, ...context } = options
  const world = createWorld(options.parameters)
  return withTargetFolder(outDir, (folder) => new Simulation({ ...context, world, folder }).run())
}
