export interface Point {
  readonly x: number
  readonly y: number
}

/**
 * At most `limit` (>= 2) of the points, ends included: the polyline stays as close as it can to the whole (Ramer,
 * Douglas and Peucker 1972-73, taking the corner farthest from its chord first).
 */
export function thinCurve(points: readonly Point[], limit: number): Point[] {
  if (points.length <= limit) return [...points]
  const kept = [0, points.length - 1]
  const open = [farthest(points, 0, points.length - 1)]
  while (kept.length < limit && open.length > 0) {
    const widest = open.reduce((best, span, at) => (span.distance > open[best]!.distance ? at : best), 0)
    const [{ from, to, at, distance }] = open.splice(widest, 1) as [Span]
    if (distance <= 0) break
    kept.push(at)
    open.push(farthest(points, from, at), farthest(points, at, to))
  }
  return kept.sort((a, b) => a - b).map((at) => points[at]!)
}

interface Span {
  from: number
  to: number
  at: number
  distance: number
}

/** The inner point farthest from the chord of points[from] and points[to]; distance -1 when there is none. */
function farthest(points: readonly Point[], from: number, to: number): Span {
  const [a, b] = [points[from]!, points[to]!]
  const length = Math.hypot(b.x - a.x, b.y - a.y)
  const span: Span = { from, to, at: from, distance: -1 }
  for (let i = from + 1; i < to; i++) {
    const point = points[i]!
    const distance =
      length === 0
        ? Math.hypot(point.x - a.x, point.y - a.y)
        : Math.abs((b.x - a.x) * (a.y - point.y) - (a.x - point.x) * (b.y - a.y)) / length
    if (distance > span.distance) Object.assign(span, { at: i, distance })
  }
  return span
}
