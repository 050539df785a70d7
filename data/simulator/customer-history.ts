import type { TableColumn } from '../../engines/engine.ts'
import type { Profile } from './profile.ts'
import { acquisitions, devices, plans, regions, tierFromCents, tiers } from './shop.ts'

/** Attribute rows of a slice: one per user and change, valid from the start of the day `validFrom`. */
export class CustomerHistory {
  private readonly slots: number[] = []
  private readonly validFrom: number[] = []
  private readonly tier: number[] = []
  private readonly region: number[] = []
  private readonly plan: number[] = []
  private readonly fixed: Profile[] = []

  add(slot: number, profile: Profile, row: { day: number; tier: number; region: number; plan: number }): void {
    this.slots.push(slot)
    this.validFrom.push(row.day)
    this.tier.push(row.tier)
    this.region.push(row.region)
    this.plan.push(row.plan)
    this.fixed.push(profile)
  }

  /** For `engine.load`; `ids[slot]` is the user_id. */
  columns(ids: readonly string[]): TableColumn[] {
    const coded = (name: string, codes: readonly number[], levels: readonly string[]): TableColumn => ({
      name,
      type: 'coded',
      codes: Uint32Array.from(codes),
      levels,
    })
    const of = (pick: (profile: Profile) => number): number[] => this.fixed.map(pick)
    return [
      coded('user_id', this.slots, ids),
      { name: 'valid_from', type: 'date', values: Int32Array.from(this.validFrom) },
      coded('tier', this.tier, tiers),
      coded('region', this.region, regions),
      coded('plan', this.plan, plans),
      { name: 'registered', type: 'date', values: Int32Array.from(of((profile) => profile.registeredDay)) },
      coded(
        'device',
        of((profile) => profile.device),
        devices,
      ),
      coded(
        'acquisition',
        of((profile) => profile.acquisition),
        acquisitions,
      ),
    ]
  }
}

/** The tier that `cents` spent in 90 days earn. */
export function tierOf(cents: number): number {
  let tier = 0
  while (tier + 1 < tierFromCents.length && cents >= tierFromCents[tier + 1]!) tier++
  return tier
}
