import { csvFields } from '../sources/csv-header.ts'

/** How the lines of a text file are put together, as far as its first lines show. */
export interface SniffedText {
  readonly format: 'csv' | 'ndjson'
  /** `blanks`: runs of blanks, which no CSV reader splits. */
  readonly delimiter: string | 'blanks'
  readonly hasHeader: boolean
  readonly encoding: 'utf-8' | 'utf-16' | 'latin-1'
  /** Names in the header, or column1, column2, …; a single one where nothing parts the lines. */
  readonly columns: readonly string[]
}

const delimiters = [',', ';', '\t', '|'] as const

/** What the first bytes of a file say: null where they are not text. `isWhole`: they are all there is. */
export function sniffText(bytes: Uint8Array, isWhole: boolean): SniffedText | null {
  const decoded = decode(bytes, isWhole)
  if (decoded === null) return null
  const lines = decoded.text.split(/\r\n|\n|\r/)
  if (!isWhole) lines.pop()
  const filled = lines.filter((line) => line.trim() !== '').slice(0, 500)
  const { encoding } = decoded
  if (filled.length > 0 && filled.every((line) => line.trimStart().startsWith('{')))
    return { format: 'ndjson', delimiter: ',', hasHeader: false, encoding, columns: [] }
  const delimiter = findDelimiter(filled)
  const rows = filled.map((line) => splitLine(line, delimiter))
  const hasHeader = looksLikeHeader(rows)
  const first = rows[0] ?? []
  const columns = hasHeader ? first : first.map((_, i) => `column${i + 1}`)
  return { format: 'csv', delimiter, hasHeader, encoding, columns }
}

/** A line in fields; `blanks`: at runs of blanks, none at its ends. */
export function splitLine(line: string, delimiter: string): readonly string[] {
  if (delimiter === 'blanks') return line.trim().split(/[ \t]+/)
  return csvFields(line, delimiter) ?? line.split(delimiter)
}

function decode(bytes: Uint8Array, isWhole: boolean): { text: string; encoding: SniffedText['encoding'] } | null {
  const [a, b] = bytes
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    const text = new TextDecoder(a === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
    return { text, encoding: 'utf-16' }
  }
  if (bytes.includes(0)) return null
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !isWhole })
    return isText(text) ? { text, encoding: 'utf-8' } : null
  } catch {
    const text = new TextDecoder('latin1').decode(bytes)
    return isText(text) ? { text, encoding: 'latin-1' } : null
  }
}

/** Hardly any control characters. */
function isText(text: string): boolean {
  const controls = text.match(/(?![\t\n\r])\p{Cc}/gu)?.length ?? 0
  return controls <= text.length / 1_000
}

/** The one that parts nearly all lines into the same number of fields, at least two; most fields win. */
function findDelimiter(lines: readonly string[]): string {
  const judged = [...delimiters, 'blanks'].map((delimiter) => {
    const counts = lines.map((line) => splitLine(line, delimiter).length)
    const usual = mode(counts)
    const share = counts.filter((count) => count === usual).length / Math.max(1, counts.length)
    return { delimiter, fields: usual, share }
  })
  const fitting = judged.filter(
    ({ fields, share, delimiter }) => fields >= (delimiter === 'blanks' ? 3 : 2) && share >= 0.9,
  )
  const [plain] = fitting.filter(({ delimiter }) => delimiter !== 'blanks').toSorted((a, b) => b.fields - a.fields)
  return plain?.delimiter ?? fitting[0]?.delimiter ?? ','
}

function mode(counts: readonly number[]): number {
  const seen = new Map<number, number>()
  for (const count of counts) seen.set(count, (seen.get(count) ?? 0) + 1)
  return [...seen].toSorted((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 0
}

/**
 * Names are no numbers or days and do not come again below. A column may be nameless, such as that of row numbers, or one behind a
 * last separator; two columns of one name are a header still, and its reader's to refuse.
 */
function looksLikeHeader(rows: readonly (readonly string[])[]): boolean {
  const [first, ...rest] = rows
  if (first === undefined) return false
  const names = first.filter((field) => field !== '')
  if (2 * names.length < first.length) return false
  if (names.some((field) => /^[-+]?[\d.,]+$/.test(field) || /^\d{4}-\d\d-\d\d/.test(field))) return false
  return first.every((field, i) => field === '' || !rest.some((row) => row[i] === field))
}
