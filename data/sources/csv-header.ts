/**
 * The fields of a CSV's first line, quotes removed (`""` inside is one quote), blanks around names trimmed. Undefined
 * when a quote stays open.
 */
export function csvFields(line: string, delimiter: string): string[] | undefined {
  const fields: string[] = []
  let at = 0
  for (;;) {
    const start = at + (/^ */.exec(line.slice(at))?.[0].length ?? 0)
    if (line[start] === '"') {
      const end = closingQuote(line, start + 1)
      if (end === undefined) return undefined
      fields.push(
        line
          .slice(start + 1, end)
          .replaceAll('""', '"')
          .trim(),
      )
      at = end + 1
      while (at < line.length && line[at] !== delimiter) at++
    } else {
      const end = line.indexOf(delimiter, at)
      const stop = end < 0 ? line.length : end
      fields.push(line.slice(at, stop).trim())
      at = stop
    }
    if (at >= line.length) return fields
    at++
    if (at === line.length) return [...fields, '']
  }
}

function closingQuote(line: string, from: number): number | undefined {
  for (let at = from; at < line.length; at++) {
    if (line[at] !== '"') continue
    if (line[at + 1] !== '"') return at
    at++
  }
  return undefined
}
