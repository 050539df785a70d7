import { offsetMacro } from './offset-sql.ts'
import type { SqlSession } from './sql-session.ts'
import { stepsFromInstant, stepsFromWallClock, zoneTable } from './time-zone.ts'

export interface ZoneMacros {
  /** UTC -> the config's wall clock; null: the same. */
  readonly toLocal: string | null
  /** A source's wall clock -> UTC; null: it is the config's wall clock already. */
  readonly toUtc: string | null
}

/** The macros that move times into the config's zone, made in the session when a source first needs them. */
export class Zones {
  private readonly session: SqlSession
  private readonly timeZone: string
  private readonly made = new Map<string, string | null>()

  constructor(session: SqlSession, timeZone: string) {
    this.session = session
    this.timeZone = timeZone
  }

  async macros(sourceZone: string | undefined): Promise<ZoneMacros> {
    const toLocal = await this.once('ebb_local', async (name) => {
      const table = zoneTable(this.timeZone)
      if (table.transitions.length === 0 && table.firstOffsetMs === 0) return null
      await this.session.execute('time_zone', offsetMacro(name, stepsFromInstant(table), 1))
      return name
    })
    if (sourceZone === undefined || sourceZone === this.timeZone) return { toLocal, toUtc: null }
    const macro = `ebb_utc_${sourceZone.replaceAll(/[^A-Za-z0-9]/g, (letter) => `_${letter.charCodeAt(0)}_`)}`
    const toUtc = await this.once(macro, async (name) => {
      await this.session.execute('time_zone', offsetMacro(name, stepsFromWallClock(zoneTable(sourceZone)), -1))
      return name
    })
    return { toLocal, toUtc }
  }

  private async once(name: string, make: (name: string) => Promise<string | null>): Promise<string | null> {
    if (!this.made.has(name)) this.made.set(name, await make(name))
    return this.made.get(name) ?? null
  }
}
