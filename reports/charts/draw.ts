import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'

export interface ChartWords {
  /** What the chart is called; read out by screen readers. */
  readonly title: string
  /** What it shows, in a sentence. */
  readonly description: string
}

interface SvgElement {
  outerHTML: string
  firstChild: unknown
  setAttribute(name: string, value: string): void
  insertBefore(child: unknown, before: unknown): void
  querySelectorAll(selector: string): Iterable<{ remove(): void; textContent: string }>
}

/** A plot as SVG text without its own style sheet (reports/report.css and `standalone` hold it); colours are CSS variables. */
export function draw(options: Plot.PlotOptions, words: ChartWords): string {
  const { document } = parseHTML('<html><body></body></html>')
  const svg = Plot.plot({
    marginTop: 26,
    marginBottom: 42,
    ...options,
    document: document as unknown as Plot.PlotOptions['document'],
    className: 'chart',
    style: { fontSize: '12px', ...(options.style as object | undefined) },
  }) as unknown as SvgElement
  for (const style of svg.querySelectorAll('style')) style.remove()
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', `${words.title}. ${words.description}`)
  const title = document.createElementNS('http://www.w3.org/2000/svg', 'title')
  title.textContent = words.title
  svg.insertBefore(title, svg.firstChild)
  return svg.outerHTML
}
