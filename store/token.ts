import { randomBytes } from 'node:crypto'

/**
 * `bytes` random bytes as lower-case hex: names of runs, locks and temporary files. The one place where chance from
 * outside enters; no number of any model, split or metric comes from here.
 */
export function randomToken(bytes = 8): string {
  return randomBytes(bytes).toString('hex')
}
