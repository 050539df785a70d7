import { didYouMean } from '../core/did-you-mean.ts'
import { EbbError } from '../core/errors.ts'
import type { ChurnConfig } from './churn.ts'
import { eligibleEvents } from './label.ts'

/** The event types that `churn:` speaks of and that the data do not have, one fault of kind `data` each. */
export function checkChurnEvents(churn: ChurnConfig, eventTypes: readonly string[]): readonly EbbError[] {
  const spoken = Object.entries(churn.labels).flatMap(([name, label]) =>
    'events' in label ? label.events.map((type) => ({ where: `churn.labels.${name}.events`, type })) : [],
  )
  return [...spoken, ...eligibleEvents(churn).map((type) => ({ where: 'churn.eligible.events', type }))]
    .filter(({ type }) => !eventTypes.includes(type))
    .map(({ where, type }) => {
      const near = didYouMean(type, eventTypes)
      return new EbbError({
        code: 'EVENT_TYPE_ABSENT',
        kind: 'data',
        where,
        what: 'no event of this type in the data',
        expected: someOf(eventTypes),
        received: `"${type}"`,
        hint: near === null ? undefined : `did you mean "${near}"?`,
      })
    })
}

function someOf(eventTypes: readonly string[]): string {
  const shown = eventTypes.slice(0, 20).join(', ')
  const more = eventTypes.length > 20 ? ` and ${eventTypes.length - 20} more` : ''
  return eventTypes.length === 1 ? `"${shown}"` : `one of ${shown}${more}`
}
