import type { Html } from './html.ts'
import { html, trusted } from './html.ts'

/** A chart with its words, and the same numbers as a table. */
export interface Figure {
  /** File name without ending: plots/<name>.svg. */
  readonly name: string
  readonly title: string
  readonly caption: Html | string
  /** SVG text, `width` in pixels. */
  readonly draw: (width: number) => string
  readonly table?: Html
  /** Takes the whole column; drawn a second time for narrow screens, where shrinking would make it unreadable. */
  readonly isWide?: boolean
  readonly legend?: readonly LegendEntry[]
}

export interface LegendEntry {
  readonly label: string
  /** CSS colour. */
  readonly color: string
  readonly shape: 'line' | 'dashed' | 'box'
}

export const halfWidth = 470
export const fullWidth = 960
export const phoneWidth = 370

/** Draws figures into a page and keeps the SVG files that belong beside it. */
export interface Gallery {
  show(figure: Figure): Html
  /** Name -> SVG at full size. */
  readonly drawn: ReadonlyMap<string, string>
}

export function createGallery(): Gallery {
  const drawn = new Map<string, string>()
  return {
    drawn,
    show(figure) {
      const svg = figure.draw(figure.isWide ? fullWidth : halfWidth)
      drawn.set(figure.name, svg)
      return figureHtml(figure, svg)
    },
  }
}

function figureHtml(figure: Figure, svg: string): Html {
  const charts = figure.isWide
    ? html`<div class="chart-wide">${trusted(svg)}</div>
        <div class="chart-phone">${trusted(figure.draw(phoneWidth))}</div>`
    : trusted(svg)
  return html`<figure id="figure-${figure.name}" ${figure.isWide ? html` class="wide"` : null}>
    <h3>${figure.title}</h3>
    ${figure.legend ? legendHtml(figure.legend) : null} ${charts}
    <figcaption>${figure.caption}</figcaption>
    ${
      figure.table
        ? html`<details>
            <summary>Table</summary>
            ${figure.table}
          </details>`
        : null
    }
  </figure>`
}

function legendHtml(entries: readonly LegendEntry[]): Html {
  const items = entries.map(
    (entry) => html`<li><i class="${entry.shape}" style="color: ${entry.color}"></i>${entry.label}</li>`,
  )
  return html`<ul class="legend">
    ${items}
  </ul>`
}
