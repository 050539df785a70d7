import type { StageContext } from '../context.ts'
import type { FitOutput } from '../compute/fit-task.ts'
import type { Examples, PartRows } from './examples-type.ts'
import type { ModelPlan } from './models.ts'

export interface FittedModel extends ModelPlan, FitOutput {}

/** Fits every model on the rows of train, the costliest first so that the workers end together. In the order of `plans`. */
export async function fitModels(
  context: StageContext,
  plans: readonly ModelPlan[],
  { examples, parts }: { examples: Examples; parts: PartRows },
): Promise<FittedModel[]> {
  const { dataset, labels } = examples
  const scoreRows = Uint32Array.from(new Set(Object.values(parts).flatMap((rows) => [...rows]))).sort()
  const costliestFirst = [...plans].sort((a, b) => b.complexity - a.complexity)
  const fitted = await Promise.all(
    costliestFirst.map(async (plan) => {
      const input = { model: plan.name, recipe: plan.recipe, dataset, labels, rows: parts.train, scoreRows }
      const surroundings = { ...context, random: context.random.child(`fit/${plan.name}`) }
      const output = await context.pool.run('fit', input, surroundings)
      return { ...plan, ...output }
    }),
  )
  const inOrder = plans.map(({ name }) => fitted.find((model) => model.name === name)!)
  for (const { name, fitMs, predictMs, description } of inOrder) {
    context.clock.models.push({ model: name, fitMs: Math.round(fitMs), predictMs: Math.round(predictMs) })
    for (const { iteration, train, valid } of description.curve ?? []) {
      if (train !== undefined) context.run.metric(`fit.${name}.train_loss`, train, iteration)
      if (valid !== undefined) context.run.metric(`fit.${name}.valid_loss`, valid, iteration)
    }
  }
  return inOrder
}
