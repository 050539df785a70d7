import { join } from 'node:path'
import type { ChurnConfig } from '../../features/churn.ts'
import { runFiles } from '../../store/layout.ts'
import type { Run } from '../../tracking/run.ts'
import type { StageContext } from '../context.ts'

/** `churned-30d`: the folder of a prediction below `targets/`, and its name in stages and random numbers. */
export const predictionName = ({ target, horizonDays }: Pick<ChurnConfig, 'target' | 'horizonDays'>): string =>
  `${target}-${horizonDays}d`

/**
 * The same run, seen by one more prediction: its own target and horizon, random numbers of its own, and files below
 * `targets/<name>/`. Checks, clock, engine and workers are those of the run.
 */
export function predictionContext(context: StageContext, churn: ChurnConfig): StageContext {
  const name = predictionName(churn)
  return {
    ...context,
    config: { ...context.config, churn },
    run: runBelow(context.run, join(runFiles.targets, name)),
    random: context.random.child(`prediction/${name}`),
  }
}

function runBelow(run: Run, folder: string): Run {
  return {
    id: run.id,
    dir: run.dir,
    record: run.record,
    events: run.events,
    path: (...names) => run.path(folder, ...names),
    writeJson: (name, value) => run.writeJson(join(folder, name), value),
    writeText: (name, text) => run.writeText(join(folder, name), text),
    metric: (key, value, step) => run.metric(`${folder}/${key}`, value, step),
    setKey: (key) => run.setKey(key),
    update: (facts) => run.update(facts),
    flush: () => run.flush(),
    finish: (end) => run.finish(end),
  }
}
