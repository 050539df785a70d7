import { didYouMean } from '../../core/did-you-mean.ts'
import { EbbError } from '../../core/errors.ts'
import type { NeededColumns } from './raw-table.ts'

/** Columns by file, in the order of the files. */
export interface FileColumns {
  readonly uri: string
  readonly names: readonly string[]
}

const listed = 20
const shownLetters = 80

const shortened = (name: string): string => (name.length > shownLetters ? `${name.slice(0, shownLetters)}…` : name)

/**
 * Every required column must be in every file, every optional one in at least one. Returns a note for each optional
 * column that some files lack; its values are NULL there. Throws kind `data`, with the closest name as a hint.
 */
export function checkColumns(files: readonly FileColumns[], needed: NeededColumns, where: string): string[] {
  for (const name of needed.required)
    for (const file of files) if (!file.names.includes(name)) throw missingColumn(name, file, where)
  const notes: string[] = []
  for (const name of needed.optional) {
    const lacking = files.filter((file) => !file.names.includes(name))
    if (lacking.length === files.length) throw missingColumn(name, files[0]!, where)
    if (lacking.length > 0)
      notes.push(
        `${where}: ${lacking.length} of ${files.length} files lack column "${name}", first ${lacking[0]!.uri}; empty there`,
      )
  }
  return notes
}

function missingColumn(name: string, file: FileColumns, where: string): EbbError {
  const near = didYouMean(name, file.names)
  const shown = file.names.slice(0, listed).map(shortened).join(', ')
  const more = file.names.length > listed ? ` and ${file.names.length - listed} more` : ''
  return new EbbError({
    code: 'COLUMN_MISSING',
    kind: 'data',
    where: `${where}: ${file.uri}`,
    what: `no column "${shortened(name)}"`,
    expected: `one of ${shown}${more}`,
    received: `"${shortened(name)}"`,
    hint: near === null ? undefined : `did you mean "${shortened(near)}"?`,
  })
}
