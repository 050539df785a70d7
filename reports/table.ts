import type { Html } from './html.ts'
import { html } from './html.ts'

export interface TableColumn<T> {
  readonly head: Html | string
  readonly cell: (row: T) => Html | string
  /** Numbers stand right, with figures of one width. */
  readonly isNumber?: boolean
  /** Never broken over two lines, e.g. days. */
  readonly isOneLine?: boolean
  /** What the heading means, shown on hover. */
  readonly note?: string
}

export interface TableOptions<T> {
  readonly rows: readonly T[]
  readonly columns: readonly TableColumn<T>[]
  /** For screen readers. */
  readonly caption: string
  readonly rowClass?: (row: T) => string
  /** The first column stays in sight while the others scroll. */
  readonly keepsFirst?: boolean
  /** On a narrow screen each row becomes a block, its last cell below the others. */
  readonly stacksOnPhone?: boolean
}

/** A table that scrolls sideways inside its own box on a narrow screen; the first column names the row. */
export function table<T>({ rows, columns, caption, rowClass, keepsFirst, stacksOnPhone }: TableOptions<T>): Html {
  const heads = columns.map(
    (column) =>
      html`<th
        scope="col"
        ${column.isNumber ? html` class="number"` : null}${column.note ? html` title="${column.note}"` : null}
      >
        ${column.head}
      </th>`,
  )
  const body = rows.map((row) => {
    const cells = columns.map((column, at) => {
      const style = column.isNumber ? html` class="number"` : column.isOneLine ? html` class="line"` : null
      return at === 0
        ? html`<th scope="row" ${style}>${column.cell(row)}</th>`
        : html`<td${style}>${column.cell(row)}</td>`
    })
    const name = rowClass?.(row) ?? ''
    return html`<tr${name === '' ? null : html` class="${name}"`}>${cells}</tr>`
  })
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table${keepsFirst ? html` class="first"` : stacksOnPhone ? html` class="stacked"` : null}>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`
}
