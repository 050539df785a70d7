import { sha256 } from '../../core/hash.ts'
import { canonicalJson } from '../../core/json.ts'
import type { ExamplePlan } from '../plan.ts'
import type { MadeProgram } from '../sweep/make-program.ts'

export interface Identity {
  readonly packing: string
  readonly rows: string
}

/** Raised when the files of a state change their form. */
const format = 1

/**
 * What must be equal for kept events, and for kept rows, to be what a build of today would make. `code` stands for the
 * compiled program and the engine's version.
 */
export function identityOf(plan: ExamplePlan, { program, typeNames, flags }: MadeProgram, code: string): Identity {
  const { cutoffs: _, mode: __, logarithms: ___, spine, ...lasting } = program
  // Which cutoffs are closed for a prediction changes with the data; kept ones are closed for all.
  const predictions = spine?.predictions.map(({ isClosed: ____, ...code }) => code)
  const { layout, delaysDays, baseDay } = program
  const packing = sha256(
    canonicalJson({
      format,
      code,
      layout,
      delaysDays,
      baseDay,
      typeNames,
      flags,
      levels: plan.levels,
      isLate: plan.relations.hasAvailableDay === true,
    }),
  )
  return { packing, rows: sha256(canonicalJson({ packing, lasting, spine: { ...spine, predictions } })) }
}
