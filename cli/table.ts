export interface TableColumn {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Gives way first when the table is too wide, down to this many characters. */
  readonly shrinkTo?: number
}

/** Cells in columns, two spaces between; columns with `shrinkTo` are cut (with …) until all fit into `width`. */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const widths = columns.map((column, j) => Math.max(column.title.length, ...rows.map((row) => (row[j] ?? '').length)))
  let surplus = widths.reduce((sum, one) => sum + one, 0) + 2 * (columns.length - 1) - width
  columns.forEach((column, j) => {
    if (surplus <= 0 || column.shrinkTo === undefined) return
    const cut = Math.min(surplus, Math.max(0, widths[j]! - column.shrinkTo))
    widths[j]! -= cut
    surplus -= cut
  })
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, j) => fit(cells[j] ?? '', widths[j]!, column.align ?? 'left'))
      .join('  ')
      .trimEnd()
  return [line(columns.map((column) => column.title)), ...rows.map(line)]
}

function fit(text: string, width: number, align: 'left' | 'right'): string {
  const cut = text.length > width ? `${text.slice(0, width - 1)}…` : text
  return align === 'right' ? cut.padStart(width) : cut.padEnd(width)
}
