/**
 * A field of a CSV for people: empty for null, quoted where it must be, and text that a spreadsheet would run as a formula
 * behind an apostrophe (OWASP, CSV injection). Numbers stay numbers.
 */
export function csvField(value: string | number | null): string {
  if (value === null) return ''
  const isFormula = typeof value === 'string' && /^[=+\-@\t\r]/.test(value)
  const text = isFormula ? `'${value}` : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
