import type { FileConfig } from '../sources.ts'

/** How a table is read that has no options of its own: an id table. */
export const fileSchemaDefaults: Omit<FileConfig, 'path' | 'postgres'> = {
  header: true,
  decimal: '.',
  encoding: 'utf-8',
  nullValues: [],
  rejects: { maxFraction: 0 },
}
