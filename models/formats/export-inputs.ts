import type { Exportable } from './exportable.ts'

/** A column that an exported model reads. Categories are numbers 0, 1, 2 … there: the place in `levels`. */
export type ExportInput =
  | { readonly name: string; readonly kind: 'number' }
  | { readonly name: string; readonly kind: 'category'; readonly levels: readonly string[] }

/** The columns in the order of the exported model. */
export function exportInputs(model: Exportable): ExportInput[] {
  if (model.kind === 'trees')
    return model.ensemble.features.map((bins) =>
      bins.kind === 'number'
        ? { name: bins.name, kind: 'number' }
        : { name: bins.name, kind: 'category', levels: bins.levels },
    )
  return model.preparation.features.map((plan) =>
    plan.kind === 'number'
      ? { name: plan.feature, kind: 'number' }
      : {
          name: plan.feature,
          kind: 'category',
          levels: plan.terms.flatMap(({ kind, level }) => (kind === 'level' ? [level] : [])),
        },
  )
}
