import { type FileHandle, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addDays, parseDay } from '../../core/day.ts'
import { jsonText } from '../../core/json.ts'
import { createRandom, type Random } from '../../core/random.ts'
import type { Emit } from '../../core/stage.ts'
import type { Engine } from '../../engines/engine.ts'
import type { SimulateParameters, SimulationSummary } from '../simulate-parameters.ts'
import { breathe } from './breathe.ts'
import { CustomerHistory } from './customer-history.ts'
import { EventBuffer } from './event-buffer.ts'
import { appUserId, userId, webUserId } from './ids.ts'
import { channels, eventTypes } from './shop.ts'
import { type Slice, writeSlice } from './slice-files.ts'
import { manifestName } from './target-folder.ts'
import { TruthRows } from './truth-rows.ts'
import { liveUser, type World } from './user-life.ts'

/** Fixed: the parts of the files, and so their bytes, depend on it. About half a million events. */
const usersPerSlice = 4_096
/** The event loop gets a turn after so many users, a few tens of milliseconds. */
const usersPerTurn = 64

export interface SimulationContext {
  readonly engine: Engine
  readonly parameters: SimulateParameters
  readonly world: World
  /** Exists and is empty. */
  readonly folder: string
  readonly signal?: AbortSignal
  readonly emit?: Emit
}

/** One run: lives the users slice by slice and writes each slice before the next, so that memory stays bounded. */
export class Simulation {
  private readonly context: SimulationContext
  private readonly random: Random
  private readonly buffers = { app: new EventBuffer(), web: new EventBuffer() }
  private readonly truthRows: TruthRows
  private readonly byType = eventTypes.map(() => 0)
  private readonly byChannel = { app: 0, web: 0 }

  constructor(context: SimulationContext) {
    const { parameters, world } = context
    this.context = context
    this.random = createRandom(`simulate/${parameters.seed}`)
    this.truthRows = new TruthRows(world.cutoffs, world.logEnd - world.gapDays - world.horizonDays)
  }

  async run(): Promise<SimulationSummary> {
    const { users } = this.context.parameters
    const idFiles = await Promise.all(
      channels.map((channel) => open(join(this.context.folder, `ids-${channel}.csv`), 'w')),
    )
    try {
      for (const [i, file] of idFiles.entries()) await file.write(`${channels[i]!}_id,user_id\n`)
      for (let from = 0, number = 0; from < users; from += usersPerSlice, number++) {
        const until = Math.min(users, from + usersPerSlice)
        await this.slice(from, until, { idFiles, number })
        const rows = this.byChannel.app + this.byChannel.web
        this.context.emit?.({ name: 'simulate', message: 'users', done: until, total: users, rows })
      }
    } finally {
      for (const file of idFiles) await file.close()
    }
    const summary = this.summary()
    await writeFile(join(this.context.folder, manifestName), jsonText(summary))
    return summary
  }

  private async slice(
    from: number,
    until: number,
    files: { idFiles: readonly FileHandle[]; number: number },
  ): Promise<void> {
    const customers = new CustomerHistory()
    const ids: Record<(typeof channels)[number], string[]> = { app: [], web: [] }
    for (let index = from; index < until; index++) {
      if (index % usersPerTurn === 0) await breathe(this.context.signal)
      const random = this.random.child(`user/${index}`)
      const outputs = { ...this.buffers, customers, truthRows: this.truthRows }
      const { appShare } = liveUser(this.context.world, { random, slot: index - from }, outputs)
      if (appShare > 0) ids.app.push(`${appUserId(index)},${userId(index)}\n`)
      if (appShare < 1) ids.web.push(`${webUserId(index)},${userId(index)}\n`)
    }
    for (const [i, channel] of channels.entries()) await files.idFiles[i]!.write(ids[channel].join(''))
    await this.write(customers, from, until, files.number)
  }

  private async write(customers: CustomerHistory, from: number, until: number, number: number): Promise<void> {
    const slice: Slice = { folder: this.context.folder, number, signal: this.context.signal }
    const names = (id: (index: number) => string): string[] =>
      Array.from({ length: until - from }, (_, slot) => id(from + slot))
    await writeSlice(this.context.engine, 'app', this.buffers.app.columns(names(appUserId)), slice)
    await writeSlice(this.context.engine, 'web', this.buffers.web.columns(names(webUserId)), slice)
    await writeSlice(this.context.engine, 'customers', customers.columns(names(userId)), slice)
    await writeSlice(this.context.engine, 'truth', this.truthRows.columns(names(userId)), slice)
    for (const channel of channels) {
      const buffer = this.buffers[channel]
      this.byChannel[channel] += buffer.length
      for (const [type, count] of buffer.countByType().entries()) this.byType[type]! += count
      buffer.clear()
    }
    this.truthRows.clear()
  }

  private summary(): SimulationSummary {
    const { parameters } = this.context
    const start = parseDay(parameters.start, 'start')
    return {
      parameters,
      users: parameters.users,
      events: this.byChannel.app + this.byChannel.web,
      eventsByType: Object.fromEntries(eventTypes.map((type, i) => [type, this.byType[i]!])),
      eventsByChannel: this.byChannel,
      start,
      end: addDays(start, parameters.days),
      cutoffs: this.truthRows.summary(),
    }
  }
}
