import type { Html } from './html.ts'
import { html } from './html.ts'

export const missing = '–'

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** 23,570; `–` when undefined. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? missing : whole.format(value)
}

/** 0.8071 with a minus sign that is one; `–` when undefined. */
export function decimal(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return missing
  const text = value.toFixed(digits)
  return Number(text) < 0 ? text.replace('-', '−') : text.replace('-', '')
}

/** .772 as `77.2 %`, which no line break parts. */
export function percent(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? missing
    : `${decimal(100 * value, digits)}\u00a0%`
}

/** Money without a currency: 1,234.50 below 10,000, else whole. */
export function money(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return missing
  const digits = Math.abs(value) < 10_000 ? 2 : 0
  return new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
}

/** 340 ms, 2.4 s, 3 min 20 s. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return missing
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** 12.4 kB, 3.1 MB. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)))
  return `${(value / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}

/** `0.801–0.813`; empty when undefined. */
export function rangeText(interval: { low: number; high: number } | null | undefined, digits = 3): string {
  if (!interval || !Number.isFinite(interval.low) || !Number.isFinite(interval.high)) return ''
  return `${decimal(interval.low, digits)} to ${decimal(interval.high, digits)}`
}

/** The value with its interval in small print. */
export function withInterval(
  interval: { value: number; low: number; high: number } | null | undefined,
  digits = 3,
): Html {
  if (!interval) return html`${missing}`
  const range = rangeText(interval, digits)
  return html`<span class="value">${decimal(interval.value, digits)}</span>${
      range === '' ? null : html` <small class="range">${range}</small>`
    }`
}

/** `one`, `one and two`, `one, two and three`. */
export function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** `1 user`, `2 users`. */
export function plural(amount: number, one: string, many = `${one}s`): string {
  return `${count(amount)} ${amount === 1 ? one : many}`
}
