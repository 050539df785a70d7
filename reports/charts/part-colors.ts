const colors: Readonly<Record<string, string>> = {
  train: 'var(--gray)',
  calibrate: 'var(--teal)',
  select: 'var(--amber)',
  test: 'var(--blue)',
  purged: 'var(--faint)',
  score: 'var(--orange)',
}

/** Colour of a part of the split; user folds (`train+calibrate+select`) look like train. */
export function partColor(part: string): string {
  return colors[part.split('+')[0]!] ?? 'var(--gray)'
}
