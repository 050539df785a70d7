import { EbbError } from '../core/errors.ts'
import type { Extracted, ExtractRequest } from './extracted.ts'

/**
 * Turns the sources of a config into the event model of `event-table.ts`, inside the engine. Throws `ExtractRefused`
 * (kind `data`) with everything that was found when contract, freshness or rejects forbid the use of the data, and an
 * EbbError of kind `data` when a source cannot be read at all.
 */
export async function extractEvents(request: ExtractRequest): Promise<Extracted> {
  throw new EbbError({ code: 'X', kind: 'stage', where: request.baseDir, what: 'in the making' })
}
