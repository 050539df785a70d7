import { basename } from 'node:path'
import type { FileProfile } from '../../data/inspect-file.ts'
import type { MappingProposal } from '../../data/propose-mapping.ts'
import type { SourceConfig } from '../../data/sources.ts'

/** The proposal as a source of a config whose folder is the file's; rows that cannot be read do not stop it. */
export function sourceOf({ path, reading }: FileProfile, mapping: MappingProposal): SourceConfig {
  const { time } = mapping
  const format = time.reading
  return {
    header: true,
    decimal: mapping.numbers.decimal,
    ...(mapping.numbers.thousands === undefined ? {} : { thousands: mapping.numbers.thousands }),
    encoding: 'utf-8',
    nullValues: [],
    delayDays: 0,
    deduplicate: false,
    sample: 1,
    contract: {},
    ...reading,
    path: basename(path),
    columns: mapping.columns as SourceConfig['columns'],
    set: mapping.eventType === null ? {} : { event_type: mapping.eventType },
    ...(mapping.isIntegerId ? { userIdType: 'integer' as const } : {}),
    ...(format.kind === 'format' ? { timestampFormat: format.format } : {}),
    ...(format.kind === 'epoch' ? { timeUnit: format.unit } : {}),
    rejects: { maxFraction: 1 },
  }
}
