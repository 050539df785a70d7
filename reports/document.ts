import { type Html, html, trusted } from './html.ts'
import type { Section } from './section.ts'

export interface DocumentParts {
  readonly title: string
  readonly css: string
  readonly kicker: string
  readonly heading: string
  readonly lead: string
  /** Above the sections, where something is wrong with all of them. */
  readonly alarm: Html | null
  readonly sections: readonly Section[]
  readonly footer: Html
}

/** One HTML document without any request to elsewhere: a head, links to its sections, the sections, where it is from. */
export function documentHtml({ title, css, kicker, heading, lead, alarm, sections, footer }: DocumentParts): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>${title}</title>
        <style>
          ${trusted(css)}
        </style>
      </head>
      <body>
        <header>
          <p class="kicker">${kicker}</p>
          <h1>${heading}</h1>
          <p class="lead">${lead}</p>
          ${alarm}
          <nav aria-label="Sections">
            ${sections.map((section) => html`<a href="#${section.id}">${section.short ?? section.title}</a>`)}
          </nav>
        </header>
        <main>${sections.map(sectionHtml)}</main>
        <footer>
          <p>${footer}</p>
        </footer>
      </body>
    </html> `
  return page.markup
}

function sectionHtml(section: Section): Html {
  return html`<section id="${section.id}">
    <h2>${section.title}</h2>
    ${section.body}
  </section>`
}
