import type { CheckResult } from '../core/artifacts.ts'
import { EbbError, throwFaults } from '../core/errors.ts'

/** Throws one fault for each failed check of severity `error`; leakage has its own kind. Warnings stay in checks.json. */
export function refuseFailedChecks(checks: readonly CheckResult[]): void {
  throwFaults(
    checks
      .filter(({ passed, severity }) => !passed && severity === 'error')
      .map(
        ({ name, message, expected, observed }) =>
          new EbbError({
            code: isLeakage(name) ? 'LEAKAGE' : 'CHECK_FAILED',
            kind: isLeakage(name) ? 'leakage' : 'data',
            where: `check ${name}`,
            what: message,
            expected,
            received: observed,
          }),
      ),
  )
}

const isLeakage = (name: string): boolean => name.startsWith('leakage') || name === 'purge'
