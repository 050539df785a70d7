import { EbbError } from '../../core/errors.ts'
import { didYouMean } from '../../core/did-you-mean.ts'
import { featureKind, type DerivedFeature, type Feature } from '../definition.ts'
import { formulaFault, formulas } from '../formula.ts'
import type { ContextColumn, OutputColumn } from '../plan.ts'
import type { SpineSql } from '../spine.ts'
import type { Block, BlockContext } from './block.ts'

export interface FinalParts {
  readonly context: BlockContext
  readonly spine: Pick<SpineSql, 'columns'>
  readonly blocks: readonly Block[]
  /** All features, distinct. */
  readonly features: readonly Feature[]
  readonly contextColumns: readonly ContextColumn[]
}

/** Joins the blocks to the spine, adds derived features layer by layer, and keeps what the plan asks for. */
export function finalSelect(parts: FinalParts): { readonly select: string; readonly columns: readonly OutputColumn[] } {
  const { context, blocks, features, contextColumns } = parts
  const { dialect, table } = context
  const quoted = (name: string): string => dialect.identifier(name)
  const values = new Map(blocks.flatMap((block) => [...block.values]))
  const measured = features.filter((feature) => values.has(feature.name))
  const layers = derivedLayers(features)
  const columns = outputColumns(parts)
  const outputs = columns.map((column) => {
    const made = contextColumns.find((context) => context.name === column.name)
    if (column.role === 'context' && made !== undefined)
      return `${made.expression(quoted, dialect)} AS ${quoted(column.name)}`
    return column.role === 'key' || column.role === 'label' ? column.name : quoted(column.name)
  })
  const labels = parts.spine.columns.map(({ name, kind }) =>
    kind === 'number' ? `${dialect.cast(`s.${name}`, 'smallint')} AS ${name}` : `s.${name}`,
  )
  const first = `measured AS (
  SELECT s.user_index, s.cutoff, ${labels.join(', ')}${measured
    .map((feature) => `,\n    ${values.get(feature.name)!} AS ${quoted(feature.name)}`)
    .join('')}
  FROM ${table('spine')} AS s
  ${blocks.flatMap((block) => block.joins).join('\n  ')}
)`
  const rest = layers.map((layer, i) => {
    const made = layer.map((feature) => `,\n    ${derived(context, feature)} AS ${quoted(feature.name)}`)
    return `derived_${i + 1} AS (
  SELECT d.*${made.join('')}
  FROM ${i === 0 ? 'measured' : `derived_${i}`} AS d
)`
  })
  const last = layers.length === 0 ? 'measured' : `derived_${layers.length}`
  return {
    select: `WITH ${[first, ...rest].join(',\n')}
SELECT ${outputs.join(',\n  ')}
FROM ${last}
ORDER BY cutoff, user_index`,
    columns,
  }
}

function derived(context: BlockContext, feature: DerivedFeature): string {
  const { dialect } = context
  const inputs = feature.from.map((name) => `d.${dialect.identifier(name)}`)
  const sql = formulas[feature.formula].sql(inputs, dialect, feature.limit ?? Number.NaN)
  return feature.whenEmpty === 'zero' ? `COALESCE(${sql}, 0)` : sql
}

/** Derived features in layers: each layer is made of earlier ones. Throws on an unknown input, a cycle, a wrong formula. */
export function derivedLayers(features: readonly Feature[]): readonly (readonly DerivedFeature[])[] {
  const byName = new Map(features.map((feature) => [feature.name, feature]))
  const depths = new Map<string, number>()
  const depth = (feature: Feature, path: readonly string[]): number => {
    if (feature.kind !== 'derived') return 0
    const known = depths.get(feature.name)
    if (known !== undefined) return known
    if (path.includes(feature.name))
      throw featureFault(feature, `is made of itself: ${[...path, feature.name].join(' <- ')}`)
    const wrong = formulaFault(feature)
    if (wrong !== null) throw featureFault(feature, wrong)
    const inputs = feature.from.map((name) => inputOf(feature, name, byName))
    const made = 1 + Math.max(0, ...inputs.map((input) => depth(input, [...path, feature.name])))
    depths.set(feature.name, made)
    return made
  }
  const layers: DerivedFeature[][] = []
  for (const feature of features) {
    if (feature.kind !== 'derived') continue
    ;(layers[depth(feature, []) - 1] ??= []).push(feature)
  }
  return layers
}

function inputOf(feature: DerivedFeature, name: string, byName: ReadonlyMap<string, Feature>): Feature {
  const input = byName.get(name)
  if (input === undefined) {
    const near = didYouMean(name, [...byName.keys()])
    throw featureFault(feature, `no feature named "${name}"`, near === null ? undefined : `did you mean "${near}"?`)
  }
  if (input.kind === 'fitted') throw featureFault(feature, `"${name}" is fitted after the query and cannot be an input`)
  if (featureKind(input) === 'category') throw featureFault(feature, `"${name}" is a category, not a number`)
  return input
}

function outputColumns({ context, spine, features, contextColumns }: FinalParts): readonly OutputColumn[] {
  const { plan } = context
  const own = plan.features.filter((feature) => feature.kind !== 'fitted')
  const names = new Set(own.map((feature) => feature.name))
  const inputs = plan.features.flatMap((feature) => (feature.kind === 'fitted' ? feature.from : []))
  const byName = new Map(features.map((feature) => [feature.name, feature]))
  const hidden = [...new Set(inputs)].filter((name) => !names.has(name))
  return [
    { name: 'user_index', kind: 'number', role: 'key' },
    { name: 'cutoff', kind: 'number', role: 'key' },
    ...spine.columns.map(({ name, kind }) => ({ name, kind, role: 'label' }) as const),
    ...contextColumns.map((column) => ({ name: column.name, kind: column.kind, role: 'context' }) as const),
    ...own.map((feature) => ({ name: feature.name, kind: featureKind(feature), role: 'feature' }) as const),
    ...hidden.map((name) => ({ name, kind: featureKind(byName.get(name)!), role: 'input' }) as const),
  ]
}

function featureFault(feature: Feature, what: string, hint?: string): EbbError {
  return new EbbError({ code: 'FEATURE_INVALID', kind: 'config', where: `feature "${feature.name}"`, what, hint })
}
