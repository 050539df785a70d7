import type { NumberStyle } from '../sources/cast-number.ts'

/** How the numbers of a column are written. */
export interface FoundStyle extends NumberStyle {
  /** Numbers such as 1.234 alone: one number or another, and the rest of the column only makes the one likely. */
  readonly isGuess: boolean
}

const plainPoint: NumberStyle = { decimal: '.' }
const plainComma: NumberStyle = { decimal: ',' }
const grouped: readonly NumberStyle[] = [
  { decimal: '.', thousands: ',' },
  { decimal: ',', thousands: '.' },
  { decimal: '.', thousands: ' ' },
  { decimal: ',', thousands: ' ' },
  { decimal: '.', thousands: "'" },
  { decimal: ',', thousands: "'" },
]
/** The plain ones first: of styles that read as much the first is taken. */
const styles: readonly NumberStyle[] = [plainPoint, plainComma, ...grouped]

const separators = { ',': ',', '.': '[.]', ' ': '[ \u00a0\u202f]', "'": "[''\u2019]" } as const
const share = 0.98

/** Conditions over the text `v`, by name: how many values each style reads, and what tells styles apart. */
export function numberConditions(): readonly (readonly [name: string, condition: string])[] {
  return [
    ...styles.map((style, i) => [`style_${i}`, reads(style)] as const),
    ...(['.', ','] as const).flatMap((mark, i) => [
      [`fractions_${i}`, matches(`${separators[mark]}[0-9]+([eE][-+]?[0-9]+)?$`)] as const,
      // What one group of three digits could be.
      [`group_${i}`, matches(`^[-+]?[1-9][0-9]{0,2}${separators[mark]}[0-9]{3}$`)] as const,
    ]),
    ['short', matches('^[-+]?[0-9]{1,3}$')],
    ['long', matches('^[-+]?[0-9]{4,}$')],
  ]
}

const matches = (pattern: string): string => `regexp_matches(v, '${pattern}')`

function reads({ decimal, thousands }: NumberStyle): string {
  if (thousands !== undefined)
    return matches(`^[-+]?([0-9]+|[0-9]{1,3}(${separators[thousands]}[0-9]{3})+)(${separators[decimal]}[0-9]+)?$`)
  if (decimal === ',') return matches('^[-+]?[0-9]+(,[0-9]+)?$')
  return `TRY_CAST(v AS DOUBLE) IS NOT NULL AND ${matches('^[-+]?[0-9.]+([eE][-+]?[0-9]+)?$')}`
}

/** The style that reads most; `of`: the share of the column's values that meet a condition. Null where none reads 98 %. */
export function numberStyle(of: (name: string) => number): FoundStyle | null {
  const best = styles.reduce((found, _, i) => (of(`style_${i}`) > of(`style_${found}`) ? i : found), 0)
  if (of(`style_${best}`) < share) return null
  const style = styles[best]!
  if (style.thousands !== undefined) return { ...style, isGuess: false }
  const mark = style.decimal === '.' ? 0 : 1
  // Whoever writes decimals writes them at 2 as well; who never writes four digits in a row puts something between them.
  const isGroup = of(`group_${mark}`) > 0 && of(`group_${mark}`) === of(`fractions_${mark}`)
  if (!isGroup || of('short') === 0 || of('long') > 0) return { ...style, isGuess: false }
  return style.decimal === '.'
    ? { decimal: ',', thousands: '.', isGuess: true }
    : { decimal: '.', thousands: ',', isGuess: true }
}

/** Whether a column of that style has decimals. */
export function hasDecimals({ decimal }: NumberStyle, of: (name: string) => number): boolean {
  return of(`fractions_${decimal === '.' ? 0 : 1}`) > 0
}

/** One style for all number columns of a file: a plain point unless one of them shows something else. */
export function sharedStyle(found: readonly (FoundStyle | null)[]): FoundStyle {
  const shown = found.flatMap((style) => style ?? [])
  const decimal = shown.find((style) => style.decimal === ',')?.decimal ?? '.'
  const groups = shown.find(({ thousands }) => thousands !== undefined && thousands !== decimal)
  return {
    decimal,
    isGuess: groups?.isGuess ?? false,
    ...(groups === undefined ? {} : { thousands: groups.thousands }),
  }
}
