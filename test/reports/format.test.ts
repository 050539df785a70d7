import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  bytes,
  count,
  decimal,
  duration,
  listOf,
  money,
  percent,
  plural,
  rangeText,
  withInterval,
} from '../../reports/format.ts'
import { html } from '../../reports/html.ts'

describe('numbers for people', () => {
  it('23570 is 23,570; one user, two users; undefined is a dash', () => {
    expect(count(23_570)).toBe('23,570')
    expect([plural(1, 'user'), plural(2, 'user'), plural(0, 'user')]).toEqual(['1 user', '2 users', '0 users'])
    expect([count(null), decimal(Number.NaN), percent(undefined), money(Infinity), duration(null)]).toEqual(
      new Array(5).fill('–'),
    )
  })
  it('minus is a minus sign and never stands before a zero', () => {
    expect(decimal(-0.0512, 2)).toBe('−0.05')
    expect(decimal(-0.0001, 2)).toBe('0.00')
  })
  it('.772 is 77.2 % on one line; 1234.5 and 12345.6 are 1,234.50 and 12,346', () => {
    expect(percent(0.772)).toBe('77.2\u00a0%')
    expect([money(1234.5), money(12_345.6)]).toEqual(['1,234.50', '12,346'])
  })
  it('340 ms, 2.4 s, 3 min 20 s; 999 B, 12.4 kB, 3.1 MB', () => {
    expect([duration(340), duration(2400), duration(200_000)]).toEqual(['340 ms', '2.4 s', '3 min 20 s'])
    expect([bytes(999), bytes(12_400), bytes(3_100_000), bytes(0)]).toEqual(['999 B', '12.4 kB', '3.1 MB', '0 B'])
  })
  it('an interval without ends is a value alone', () => {
    expect(rangeText({ low: 0.801, high: 0.813 })).toBe('0.801 to 0.813')
    expect(rangeText({ low: Number.NaN, high: 1 })).toBe('')
    expect(withInterval({ value: 1, low: Number.NaN, high: 2 }).markup).not.toContain('range')
    expect(withInterval(undefined).markup).toBe('–')
  })
  it('one, two and three', () => {
    expect([listOf([]), listOf(['one']), listOf(['one', 'two', 'three'])]).toEqual(['', 'one', 'one, two and three'])
  })
})

describe('html', () => {
  it('escapes text once, keeps markup of its own, drops nothing-values', () => {
    const inner = html`<b>${'<&"\'>'}</b>`
    expect(html`${inner}${null}${undefined}${false}${[1, ' a']}`.markup).toBe('<b>&lt;&amp;&quot;&#39;&gt;</b>1 a')
  })
  it('control characters and direction overrides become visible, line breaks stay', () => {
    expect(html`${'a\u202eb\u0000c\nd'}`.markup).toBe('a\ufffdb\ufffdc\nd')
  })
})

describe('colours', () => {
  const css = readFileSync(new URL('../../reports/report.css', import.meta.url), 'utf8')
  const themes = [...css.matchAll(/:root\s*\{([^}]*)\}/g)]
    .slice(0, 2)
    .map((block) =>
      Object.fromEntries([...block[1]!.matchAll(/--([a-z]+):\s*(#[0-9a-f]{6})/g)].map((pair) => [pair[1]!, pair[2]!])),
    )
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5]
      .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
  }
  const contrast = (a: string, b: string) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
    return (high! + 0.05) / (low! + 0.05)
  }
  it.each([0, 1])(
    'of theme %i: text reaches 4.5 : 1 on every ground, marks of charts 3 : 1 on paper (WCAG 2.2)',
    (at) => {
      const theme = themes[at]!
      for (const ground of ['paper', 'raised', 'good', 'bad', 'warn'])
        expect(contrast(theme['ink']!, theme[ground]!), `ink on ${ground}`).toBeGreaterThan(4.5)
      for (const text of ['soft', 'blue', 'orange'])
        expect(contrast(theme[text]!, theme['paper']!), text).toBeGreaterThan(4.5)
      for (const mark of ['teal', 'amber', 'gray'])
        expect(contrast(theme[mark]!, theme['paper']!), mark).toBeGreaterThan(2.9)
    },
  )
})
