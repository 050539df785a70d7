import { EbbError } from '../../core/errors.ts'
import type { GivenStart } from '../given-models.ts'
import type { FeatureSet } from './examples-type.ts'

/**
 * The features of a model to go on from, in its order: those of this run by name and definition. Ones that happen not to vary
 * in train count as there. Throws an EbbError of kind `data` that names those that differ.
 */
export function startedFeatures(
  model: string,
  { contents, about, from }: GivenStart,
  features: FeatureSet,
): readonly string[] {
  const own = new Set(contents.features)
  const missing = contents.features.filter((name) => !(name in features.definitions))
  const added = features.inUse.filter((name) => !own.has(name))
  const changed = contents.features.filter(
    (name) => name in features.definitions && features.definitions[name] !== about.definitions[name],
  )
  if (missing.length + added.length + changed.length === 0) return contents.features
  const parts = [said('not here any more', missing), said('new here', added), said('defined otherwise', changed)]
  throw new EbbError({
    code: 'START_FEATURES',
    kind: 'data',
    where: `models.${model}.startFrom: ${from}`,
    what: 'its features are not those of this run',
    expected: `the ${contents.features.length} features that it was trained on`,
    received: parts.filter((part) => part !== '').join('; '),
    hint: 'drop or add features so that they agree, or train without startFrom',
  })
}

function said(what: string, names: readonly string[]): string {
  if (names.length === 0) return ''
  return `${what}: ${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more` : ''}`
}
