import { EbbError } from '../../core/errors.ts'

/** Lets signals and progress through; throws when the user has stopped the command. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise(setImmediate)
  if (signal?.aborted)
    throw new EbbError({
      code: 'INTERRUPTED',
      kind: 'interrupted',
      where: 'simulate',
      what: 'stopped before the end, nothing is left behind',
    })
}
