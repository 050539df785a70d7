import { sha256 } from '../../core/hash.ts'
import { canonicalJson, type Json } from '../../core/json.ts'
import type { DeepReadonly } from '../../configs/load.ts'
import type { ChurnConfig } from '../../features/churn.ts'
import type { BundleMeaning } from '../compute/bundle.ts'

/** What a model of this config learns: two models with the same sha256 have learned the same label of the same users. */
export function targetFacts(churn: DeepReadonly<ChurnConfig>): BundleMeaning['target'] {
  const { target, horizonDays, gapDays, eligible, labels } = churn
  const definitions = Object.fromEntries([...labelsBelow(target, labels)].sort().map((name) => [name, labels[name]]))
  const definition = { definitions, target, horizonDays, gapDays, eligible } as unknown as Json
  return { name: target, horizonDays, gapDays, sha256: sha256(canonicalJson(definition)) }
}

function labelsBelow(
  name: string,
  labels: DeepReadonly<ChurnConfig>['labels'],
  found = new Set<string>(),
): Set<string> {
  const label = labels[name]
  if (label === undefined || found.has(name)) return found
  found.add(name)
  if (label.kind === 'any' || label.kind === 'all') for (const other of label.of) labelsBelow(other, labels, found)
  return found
}
