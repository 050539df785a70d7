import { didYouMean } from '../core/did-you-mean.ts'
import { EbbError } from '../core/errors.ts'
import { oneOf } from '../core/one-of.ts'

/** Bad usage: a word that is none of those that may stand at `where`, e.g. `ebb export --format`, with the one that was meant. */
export function unknownWord(where: string, received: string, known: readonly string[]): EbbError {
  const meant = didYouMean(received, known)
  return new EbbError({
    code: 'USAGE',
    kind: 'usage',
    where,
    what: 'not allowed',
    expected: oneOf(known),
    received: JSON.stringify(received),
    hint: meant === null ? undefined : `did you mean "${meant}"?`,
  })
}
