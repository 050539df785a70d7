import { setImmediate as nextTurn } from 'node:timers/promises'
import { throwIfAborted } from '../guards.ts'
import type { TreeEnsemble } from '../trees/ensemble.ts'
import type { ByteEnsemble } from '../trees/byte-ensemble.ts'
import { type Anatomy, anatomyOf } from './anatomy.ts'
import { featureCodes } from './codes.ts'
import { type ExplainShape, explainShape } from './explain-shape.ts'
import { ImageWriter } from './image-writer.ts'
import { type ImageContext, writeLeaves, writeLookUp } from './table-image.ts'
import { fitsTables, planTables, tableBytes, type TablePlan, widthOf } from './table-plan.ts'
import { walkBytes, walkRoom, walkSteps, writeWalk } from './walk-plan.ts'

/** What does not depend on the rows: made once per model. */
export interface Explained {
  readonly ensemble: TreeEnsemble
  readonly overBytes: ByteEnsemble
  readonly anatomies: readonly Anatomy[]
  readonly context: ImageContext
}

export function prepareEnsemble(ensemble: TreeEnsemble, overBytes: ByteEnsemble): Explained {
  const shape: ExplainShape = explainShape(overBytes)
  const numbers = new Map(shape.used.map((feature, number) => [feature, number]))
  const context = {
    shape,
    codes: featureCodes(overBytes),
    phiOf: (feature: number) => numbers.get(feature)! * shape.distance,
  }
  return { ensemble, overBytes, anatomies: ensemble.trees.map(anatomyOf), context }
}

/** Some trees made ready for `explainRows`. */
export interface PlanBatch {
  readonly image: Uint32Array
  /** Offset of the list of plans in the image, and how many there are. */
  readonly list: number
  readonly plans: number
  readonly tableBytes: number
  /** What makes the tables, and where the groups are listed in it; null = none are needed. */
  readonly recipe: { readonly image: Uint32Array; readonly list: number; readonly groups: number } | null
  /** Bytes that a thread needs to make the tables, and to explain rows (beside phi). */
  readonly recipeRoom: number
  readonly planRoom: number
  /** Steps of arithmetic per row, about. */
  readonly costPerRow: number
}

interface Collected {
  readonly tables: { readonly plan: TablePlan; readonly anatomy: Anatomy }[]
  readonly walks: number[]
  bytes: number
}

export interface PlanRequest {
  readonly withTables: boolean
  readonly batchBytes: number
  readonly signal: AbortSignal | undefined
  readonly where: string
}

/** Plans of all trees, about `batchBytes` at a time, at least one batch. Looks at signal and event loop between trees. */
export async function* planBatches(explained: Explained, request: PlanRequest): AsyncGenerator<PlanBatch> {
  const { ensemble, overBytes, anatomies, context } = explained
  let collected: Collected = { tables: [], walks: [], bytes: 0 }
  let isFirst = true
  for (const [t, anatomy] of anatomies.entries()) {
    if (anatomy.mostFeatures === 0) continue
    if (request.withTables && fitsTables(anatomy)) {
      const coded = { tree: ensemble.trees[t]!, overBytes: overBytes.trees[t]!, codes: context.codes }
      const plan = planTables(anatomy, coded)
      collected.tables.push({ plan, anatomy })
      collected.bytes += tableBytes(plan)
      throwIfAborted(request.signal, request.where)
      await nextTurn()
    } else {
      collected.walks.push(t)
      collected.bytes += walkBytes(anatomy)
    }
    if (collected.bytes < request.batchBytes) continue
    yield writeBatch(explained, collected)
    collected = { tables: [], walks: [], bytes: 0 }
    isFirst = false
  }
  if (isFirst || collected.bytes > 0) yield writeBatch(explained, collected)
}

function writeBatch({ overBytes, anatomies, context }: Explained, { tables, walks }: Collected): PlanBatch {
  const lookUps = new ImageWriter()
  const recipes = new ImageWriter()
  const plans: number[] = []
  const groups: number[] = []
  let table = 0
  let cost = 0
  let recipeRoom = 0
  for (const { plan, anatomy } of tables)
    for (const group of plan.groups) {
      plans.push(0, writeLookUp(lookUps, { group, classes: plan.classes, table }, context))
      groups.push(writeLeaves(recipes, group, table))
      table += 8 * group.cells * widthOf(group)
      cost += 2 * widthOf(group) + 8
      const entries = (anatomy.mostFeatures + 1) * 2 ** anatomy.mostFeatures
      recipeRoom = Math.max(recipeRoom, 8 * entries + 2 * group.cells)
    }
  let planRoom = 2 * context.shape.tileRows
  for (const t of walks) {
    const anatomy = anatomies[t]!
    plans.push(1, writeWalk(lookUps, anatomy, overBytes.trees[t]!, context))
    planRoom = Math.max(planRoom, walkRoom(anatomy))
    cost += walkSteps(anatomy)
  }
  const list = lookUps.offset
  for (const word of plans) lookUps.word(word)
  const groupList = recipes.offset
  for (const word of groups) recipes.word(word)
  return {
    image: lookUps.finish(),
    list,
    plans: plans.length / 2,
    tableBytes: table,
    recipe: groups.length === 0 ? null : { image: recipes.finish(), list: groupList, groups: groups.length },
    recipeRoom,
    planRoom,
    costPerRow: cost,
  }
}
