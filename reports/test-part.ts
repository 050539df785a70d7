import type { Leaderboard, LeaderboardEntry } from '../core/artifacts.ts'
import { count, listOf, percent } from './format.ts'
import type { RunFiles } from './run-files.ts'

/** `23,570 rows of 23,570 users at cutoff 1998-01-01, base rate 77.2 %`; empty when split.json is missing. */
export function partInWords(files: RunFiles, name: 'select' | 'test'): string {
  const part = files.split?.parts.find((one) => one.part === name)
  if (!part) return ''
  const days = part.cutoffs.length > 3 ? [`${part.cutoffs[0]}`, `${part.cutoffs.at(-1)}`] : part.cutoffs
  const where = part.cutoffs.length > 3 ? `${part.cutoffs.length} cutoffs from ${days.join(' to ')}` : listOf(days)
  return `n = ${count(part.rows)} rows of ${count(part.users)} users at ${where}, base rate ${percent(part.baseRate)}`
}

export function entryOf(leaderboard: Leaderboard, model: string): LeaderboardEntry | undefined {
  return leaderboard.models.find((entry) => entry.model === model)
}
