import { EbbError } from '../core/errors.ts'

/** Bad usage: a value that the schema behind an option refuses, with zod's message in Ebb's words. */
export function parameterFault(where: string, message: string, received: string): EbbError {
  const expected = /^(?:Invalid input|Too small|Too big): expected (.*?)(?:, received .*)?$/.exec(message)?.[1]
  if (expected === undefined) return new EbbError({ code: 'USAGE', kind: 'usage', where, what: message, received })
  const words = expected
    .replace(/^int\b/, 'a whole number')
    .replace(/^number\b/, 'a number')
    .replace(/ to be >=/, ' of at least ')
    .replace(/ to be <=/, ' of at most ')
    .replace(/ to be >/, ' above ')
    .replace(/ to be </, ' below ')
  return new EbbError({ code: 'USAGE', kind: 'usage', where, what: 'not allowed', expected: words, received })
}
