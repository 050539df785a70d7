import type { AuditCheck } from '../../core/audit-artifacts.ts'

/** What is said of one finding. */
export type Verdict = Pick<AuditCheck, 'status' | 'observed' | 'expected' | 'message'>

const verdict =
  (status: AuditCheck['status']) =>
  (observed: string, expected: string, message: string): Verdict => ({ status, observed, expected, message })
export const [passed, warned, failed, unchecked] = [
  verdict('passed'),
  verdict('warned'),
  verdict('failed'),
  verdict('not_checked'),
] as const

export const count = (n: number): string => n.toLocaleString('en-US')
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** At most five of the words. */
export function listed(words: readonly string[]): string {
  const more = words.length > 5 ? ` and ${words.length - 5} more` : ''
  return words.slice(0, 5).join(', ') + more
}
