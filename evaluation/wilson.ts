const z = 1.959963984540054

/** Wilson's (1927) 95 % interval of a share: `hits` of `rows`; [0, 1] without rows. Neither needs to be whole. */
export function wilsonInterval(hits: number, rows: number): { low: number; high: number } {
  if (!(rows > 0)) return { low: 0, high: 1 }
  const share = hits / rows
  const centre = (share + z ** 2 / (2 * rows)) / (1 + z ** 2 / rows)
  const half = (z / (1 + z ** 2 / rows)) * Math.sqrt((share * (1 - share)) / rows + z ** 2 / (4 * rows ** 2))
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}
