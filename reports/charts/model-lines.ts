import * as Plot from '@observablehq/plot'
import { byRole, type Cast, roleColors, roleOf } from './cast.ts'

/** One line per model, the winner's last and thickest, baselines dashed; `pointsOf` gives each model's points. */
export function modelLines<Curve extends { readonly model: string }>(
  curves: readonly Curve[],
  cast: Cast,
  pointsOf: (curve: Curve) => { x: number; y: number }[],
): Plot.Markish[] {
  return byRole(curves, cast).map((curve) => {
    const role = roleOf(curve.model, cast)
    return Plot.line(pointsOf(curve), {
      x: 'x',
      y: 'y',
      stroke: roleColors[role],
      strokeWidth: role === 'other' ? 1 : 2.2,
      strokeDasharray: role === 'baseline' ? '5 3' : undefined,
      title: () => curve.model,
    })
  })
}

/** From (0, 0) to (1, 1): what chance gives. */
export function chanceLine(): Plot.Markish {
  const ends = [
    { x: 0, y: 0 },
    { x: 1, y: 1 },
  ]
  return Plot.line(ends, { x: 'x', y: 'y', stroke: 'var(--rule)', strokeDasharray: '2 3' })
}
