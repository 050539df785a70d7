import { contractLabels } from './checks/contract-labels.ts'
import { featureConditions } from './checks/feature-conditions.ts'
import { knownFeatures } from './checks/known-features.ts'
import { labelReferences } from './checks/label-references.ts'
import { possibleWindows } from './checks/possible-windows.ts'
import { tierOrder } from './checks/tier-order.ts'
import { usableNames } from './checks/usable-names.ts'
import { zoneAndDays } from './checks/zone-and-days.ts'
import type { Finding } from './fault-at.ts'
import type { CrossCheck, SoundSections } from './sound-sections.ts'

const checks: readonly CrossCheck[] = [
  zoneAndDays,
  usableNames,
  labelReferences,
  contractLabels,
  possibleWindows,
  tierOrder,
  featureConditions,
  knownFeatures,
]

/** What the schema of single keys cannot say, as far as it can be known without data. */
export function crossChecks(config: SoundSections): Finding[] {
  return checks.flatMap((check) => check(config))
}
