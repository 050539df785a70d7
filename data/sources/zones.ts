import { offsetMacro } from './offset-sql.ts'
import type { SqlSession } from './sql-session.ts'
import { stepsBetween, stepsFromInstant, zoneTable, type OffsetSteps } from './time-zone.ts'

/** Names of the macros that move a TIMESTAMP to the config's wall clock; null: nothing to move. */
export interface ZoneMacros {
  readonly fromInstant: string | null
  /** From the wall clock of the source's zone. */
  readonly fromWallClock: string | null
}

/** Makes the macros in the session when a source first needs them. */
export class Zones {
  private readonly session: SqlSession
  private readonly timeZone: string
  private readonly made = new Map<string, string | null>()

  constructor(session: SqlSession, timeZone: string) {
    this.session = session
    this.timeZone = timeZone
  }

  async macros(sourceZone: string = this.timeZone): Promise<ZoneMacros> {
    const local = zoneTable(this.timeZone)
    const fromInstant = await this.once('ebb_local', () => stepsFromInstant(local))
    if (sourceZone === this.timeZone) return { fromInstant, fromWallClock: null }
    const name = `ebb_local_${sourceZone.replaceAll(/[^A-Za-z0-9]/g, (letter) => `_${letter.charCodeAt(0)}_`)}`
    return { fromInstant, fromWallClock: await this.once(name, () => stepsBetween(zoneTable(sourceZone), local)) }
  }

  private async once(name: string, steps: () => OffsetSteps): Promise<string | null> {
    if (!this.made.has(name)) this.made.set(name, await this.make(name, steps()))
    return this.made.get(name) ?? null
  }

  private async make(name: string, steps: OffsetSteps): Promise<string | null> {
    if (steps.offsetsMs.every((offset) => offset === 0)) return null
    await this.session.execute('time_zone', offsetMacro(name, steps))
    return name
  }
}
