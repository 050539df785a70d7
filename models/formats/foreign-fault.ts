import { EbbError } from '../../core/errors.ts'

/** A file of another program that cannot be used: one line with the place in the file. */
export function foreignFault(
  where: string,
  what: string,
  more: { expected?: string; received?: unknown } = {},
): EbbError {
  const received = more.received === undefined ? undefined : shortened(String(more.received))
  return new EbbError({
    code: 'MODEL_FORMAT',
    kind: 'data',
    where,
    what,
    expected: more.expected,
    received,
    hint: 'ebb models import --help lists what can be read',
  })
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length <= 60 ? line : `${line.slice(0, 57)}...`
}
