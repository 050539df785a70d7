import type { Random } from '../../core/random.ts'
import { pickShare } from './pick-share.ts'
import {
  acquisitionHazard,
  acquisitionShare,
  acquisitions,
  adsOnBasic,
  adsOnOther,
  categoryCount,
  deviceHazard,
  planHazard,
  planShare,
  rates,
  regionShare,
  typeTraits,
} from './shop.ts'

/** All that is fixed about a user; numbers index the tables of `shop.ts`. */
export interface Profile {
  readonly type: number
  readonly cause: number
  readonly device: number
  readonly acquisition: number
  readonly firstPlan: number
  readonly firstRegion: number
  /** Days since 1970-01-01; may lie before the log. */
  readonly registeredDay: number
  /** Part of the sessions that happen in the app: 0 = web only, 1 = app only. */
  readonly appShare: number
  readonly coreCategory: number
  /** The user's categories, the core among them. */
  readonly repertoire: readonly number[]
  /** Sessions a day when active, before weekday and season. */
  readonly sessionsPerDay: number
  /** Factor of the hazard that no event and no attribute shows; mean 1. */
  readonly frailty: number
  /** Factor of the hazard on each plan, everything but youth included. */
  readonly hazard: readonly [number, number, number]
}

/** Draws a user who registers in [firstDay, endDay). */
export function drawProfile(random: Random, firstDay: number, endDay: number): Profile {
  const registeredDay = firstDay + random.integer(endDay - firstDay)
  const type = pickShare(
    typeTraits.map((traits) => traits.share),
    random.next(),
  )
  const traits = typeTraits[type]!
  const acquisition = pickShare(acquisitionShare, random.next())
  const { appShare, device } = drawDevice(random)
  const frailty = logNormal(random, rates.frailtySpread)
  const common = traits.hazard * deviceHazard[device]! * acquisitionHazard[acquisition]! * frailty
  const isFromAds = acquisitions[acquisition] === 'ads'
  const coreCategory = random.integer(categoryCount)
  const [smallest, largest] = traits.repertoire
  return {
    type,
    cause: pickShare(traits.causes, random.next()),
    device,
    acquisition,
    firstPlan: pickShare(planShare, random.next()),
    firstRegion: pickShare(regionShare, random.next()),
    registeredDay,
    appShare,
    coreCategory,
    repertoire: drawRepertoire(random, coreCategory, smallest + random.integer(largest - smallest + 1)),
    sessionsPerDay: traits.sessionsPerDay * logNormal(random, rates.sessionSpread),
    frailty,
    hazard: [
      common * planHazard[0] * (isFromAds ? adsOnBasic : 1),
      common * planHazard[1] * (isFromAds ? adsOnOther : 1),
      common * planHazard[2] * (isFromAds ? adsOnOther : 1),
    ],
  }
}

/** One in five is on the web only (a desktop), one in four in the app only, the others use both. */
function drawDevice(random: Random): { appShare: number; device: number } {
  const kind = random.next()
  const phone = random.next() < 0.6 ? 0 : 1
  const mix = 0.2 + 0.7 * random.next()
  if (kind < 0.2) return { appShare: 0, device: 2 }
  return { appShare: kind < 0.45 ? 1 : mix, device: phone }
}

function drawRepertoire(random: Random, core: number, size: number): number[] {
  const others = Uint8Array.from({ length: categoryCount - 1 }, (_, i) => (core + 1 + i) % categoryCount)
  return [core, ...random.shuffle(others).subarray(0, size - 1)]
}

/** Log-normal with mean 1. */
function logNormal(random: Random, spread: number): number {
  return Math.exp(spread * random.normal() - (spread * spread) / 2)
}
