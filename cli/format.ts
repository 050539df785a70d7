/** `950 ms`, `12.3 s`, `2 min 5 s`, `1 h 3 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`
}

/** `950ms`, `12.3s`, `2m 5s`, `1h 3m`: for tables. */
export function formatDurationShort(ms: number): string {
  return formatDuration(ms)
    .replace(/ (ms|s)$/, '$1')
    .replace(/ (h|m)(?:in)?(?= |$)/g, '$1')
}

/** `69,659`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US')
}

/** Four decimals, as metrics are shown; `–` for NaN. */
export function formatMetric(value: number): string {
  return Number.isFinite(value) ? value.toFixed(4) : '–'
}

/** `1.5 GB`, `12 MB`, in powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))
  const value = bytes / 1_000 ** power
  return `${value >= 10 || power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}
