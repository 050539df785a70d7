import type { Condition } from '../../core/condition.ts'
import { evaluateCondition } from '../../core/evaluate-condition.ts'
import { canonicalJson } from '../../core/json.ts'
import type { ConditionCode } from './program.ts'

export type Filled = 'amount' | 'quantity' | null

/** A condition that the engine judges while it reads: one bit per event. */
export interface FlagCondition {
  readonly condition: Condition | undefined
  readonly filled: Filled
}

/** Conditions that are looked up by event type, by code; code 0 is every type that no condition names. */
interface TypeCondition {
  readonly condition: Condition
  readonly isOpposite: boolean
}

/**
 * The distinct conditions of a plan. Those that only name event types are told by a table over the type's code; all
 * others become a bit that the engine sets, so that their meaning is the engine's own. Condition 0 is "every event".
 */
export class Conditions {
  private readonly byKey = new Map<string, number>([['', 0]])
  private readonly codes: ({ by: 'all' } | ({ by: 'type' } & TypeCondition) | { by: 'flag'; flag: number })[] = [
    { by: 'all' },
  ]
  readonly flags: FlagCondition[] = []
  private readonly types = new Set<string>()

  index(condition: Condition | undefined, filled: Filled = null): number {
    if (condition === undefined && filled === null) return 0
    return this.place(canonicalJson({ condition: condition ?? null, filled }), () => {
      if (filled === null && condition !== undefined && namesTypesOnly(condition, this.types))
        return { by: 'type', condition, isOpposite: false }
      this.flags.push({ condition, filled })
      return { by: 'flag', flag: this.flags.length - 1 }
    })
  }

  /** Events whose type is one of these. */
  ofTypes(types: readonly string[]): number {
    return this.index({ op: 'in', name: 'event_type', values: [...types] })
  }

  /** Events whose type is none of these, NULL included. */
  notOfTypes(types: readonly string[]): number {
    const condition: Condition = { op: 'in', name: 'event_type', values: [...types] }
    for (const type of types) this.types.add(type)
    return this.place(canonicalJson({ not: condition }), () => ({ by: 'type', condition, isOpposite: true }))
  }

  /** Types by code - 1, ascending. */
  typeNames(): readonly string[] {
    return [...this.types].sort()
  }

  compiled(): readonly ConditionCode[] {
    const names = this.typeNames()
    return this.codes.map((code) => {
      if (code.by !== 'type') return code
      const hit = (name: string | null): boolean =>
        (evaluateCondition(code.condition, () => name) === true) !== code.isOpposite
      return { by: 'type', hits: Uint8Array.from([null, ...names], (name) => (hit(name) ? 1 : 0)) }
    })
  }

  private place(key: string, make: () => Conditions['codes'][number]): number {
    const known = this.byKey.get(key)
    if (known !== undefined) return known
    const at = this.codes.length
    this.codes.push(make())
    this.byKey.set(key, at)
    return at
  }
}

/** Only `=` and `in` on the event type, joined by and/or: then an unnamed type is like no type at all. */
function namesTypesOnly(condition: Condition, names: Set<string>): boolean {
  const found = new Set<string>()
  const visit = (part: Condition): boolean => {
    if (part.op === 'and' || part.op === 'or') return part.of.every(visit)
    if (part.op === 'in' && part.name === 'event_type') {
      for (const value of part.values) found.add(String(value))
      return true
    }
    if (part.op !== 'compare' || part.by !== '=' || part.name !== 'event_type') return false
    found.add(String(part.value))
    return true
  }
  if (!visit(condition)) return false
  for (const name of found) names.add(name)
  return true
}
