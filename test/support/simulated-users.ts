import { createRandom } from '../../core/random.ts'
import { simulateParameters, type SimulateParameters } from '../../data/simulate-parameters.ts'
import { createWorld } from '../../data/simulator/create-world.ts'
import { CustomerHistory } from '../../data/simulator/customer-history.ts'
import { EventBuffer } from '../../data/simulator/event-buffer.ts'
import { eventCode, eventTypes } from '../../data/simulator/shop.ts'
import { TruthRows, type TruthRow } from '../../data/simulator/truth-rows.ts'
import { liveUser } from '../../data/simulator/user-life.ts'

/** A row of the truth table with what the log says of recency: days since the last login or purchase, 1 = yesterday. */
export type StandingUser = TruthRow & { readonly recencyDays: number }

export interface SimulatedUsers {
  readonly parameters: SimulateParameters
  /** Eligible users with a label at the last closed cutoff. */
  readonly standing: readonly StandingUser[]
  /** Events of each type per user, in the order of `eventTypes`, before that cutoff and in the 60 days before it. */
  readonly recentByType: ReadonlyMap<number, readonly number[]>
}

/** Lives `users` in memory, without engine and files, and looks at them at the one closed cutoff 33 days before the end. */
export function simulatedUsers(changes: Partial<SimulateParameters> & { users: number; days: number }): SimulatedUsers {
  const cutoffDay = changes.days - 33
  const schedule = { firstCutoffDays: cutoffDay, cutoffEveryDays: 365 }
  const parameters = simulateParameters.parse({ ...schedule, ...changes })
  const world = createWorld(parameters)
  const cutoff = world.cutoffs[0]!
  const root = createRandom(`simulate/${parameters.seed}`)
  const rows: TruthRow[] = []
  const truthRows = new (class extends TruthRows {
    override add(row: TruthRow): void {
      rows.push(row)
    }
  })(world.cutoffs, world.logEnd)
  const outputs = { app: new EventBuffer(), web: new EventBuffer(), customers: new CustomerHistory(), truthRows }
  for (let slot = 0; slot < parameters.users; slot++)
    liveUser(world, { random: root.child(`user/${slot}`), slot }, outputs)
  const lastSession = new Map<number, number>()
  const recentByType = new Map<number, number[]>()
  for (const buffer of [outputs.app, outputs.web])
    eachEvent(buffer, ({ slot, day, type }) => {
      if (day >= cutoff) return
      if (type === eventCode.login || type === eventCode.purchase)
        lastSession.set(slot, Math.max(day, lastSession.get(slot) ?? 0))
      if (day < cutoff - 60) return
      const counts = recentByType.get(slot) ?? eventTypes.map(() => 0)
      counts[type]! += 1
      recentByType.set(slot, counts)
    })
  const standing = rows
    .filter((row) => row.cutoff === 0 && row.isEligible && !Number.isNaN(row.label))
    .map((row) => ({ ...row, recencyDays: cutoff - lastSession.get(row.slot)! }))
  return { parameters, standing, recentByType }
}

function eachEvent(buffer: EventBuffer, visit: (event: { slot: number; day: number; type: number }) => void): void {
  const columns = new Map(buffer.columns([]).map((column) => [column.name, column]))
  const codes = (name: string): ArrayLike<number> => {
    const column = columns.get(name)!
    return column.type === 'coded' ? column.codes : column.type === 'date' ? column.values : []
  }
  const [slots, days, types] = [codes('channel_user'), codes('day'), codes('event_type')]
  for (let i = 0; i < buffer.length; i++) visit({ slot: slots[i]!, day: days[i]!, type: types[i]! })
}
