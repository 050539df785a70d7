import type { Assumption } from '../../data/propose-mapping.ts'
import { shortList } from './short-list.ts'

/** Kinds of event that differ in case only: nobody but the user knows whether they are the same. Empty: there are none. */
export function spellingLine(types: readonly string[]): Assumption[] {
  const times = (type: string): number => types.filter((one) => one.toLowerCase() === type.toLowerCase()).length
  const alike = types.filter((type) => times(type) > 1).toSorted(byLetters)
  if (alike.length === 0) return []
  const because = 'they differ in case only, and count as different events: make them one in the data if they are'
  return [{ what: 'spelling', value: shortList(alike), sure: 'guess', because }]
}

/** Spellings of one word stand beside each other. */
function byLetters(a: string, b: string): number {
  const [first, second] = [a.toLowerCase(), b.toLowerCase()]
  return first === second ? (a < b ? -1 : 1) : first < second ? -1 : 1
}
