/** Markup that is safe to put into a page: made only by `html` and `trusted`. */
export interface Html {
  readonly markup: string
}

type Part = Html | string | number | null | undefined | false | readonly Part[]

/** Template tag: text is escaped, `Html` is kept, lists are joined, null, undefined and false are nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.reduce((text, string, i) => text + markupOf(parts[i - 1]) + string) }
}

/** Markup of our own making (a drawn chart, the style sheet). Never for text that came from data. */
export function trusted(markup: string): Html {
  return { markup }
}

function markupOf(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (typeof part === 'string') return escapeText(part)
  if (typeof part === 'number') return String(part)
  return 'markup' in part ? part.markup : part.map(markupOf).join('')
}

/** The five characters that mean something in HTML, and control or direction characters made visible. */
export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll(/(?![\t\n\r])[\p{Cc}\p{Bidi_Control}]/gu, '\ufffd')
}
