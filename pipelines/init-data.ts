import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { definitionLab } from '../cohorts/definition-lab.ts'
import { type ProposedConfig, proposalText } from '../configs/proposal-text.ts'
import type { DefinitionLab } from '../core/definition-lab.ts'
import { daysBetween } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import type { Emit, Resources } from '../core/stage.ts'
import { extractEvents } from '../data/extract.ts'
import type { Extracted } from '../data/extracted.ts'
import { type FileProfile, inspectFile } from '../data/inspect-file.ts'
import { type Assumption, type MappingProposal, proposeMapping } from '../data/propose-mapping.ts'
import type { Engine } from '../engines/engine.ts'
import { openEngine } from '../engines/registry.ts'
import { allAssumptions, readmeOf, rejectedRows } from './init-data/assumptions.ts'
import { chooseEvents, type ChosenEvents } from './init-data/choose-events.ts'
import { chooseWindows, type ChosenWindows, horizonFor } from './init-data/choose-windows.ts'
import { sourceOf } from './init-data/source-of.ts'
import { tryOut } from './init-data/try-out.ts'
import { initNames, refuseOverwriting, writeInitFolder } from './init-folder.ts'
import type { InitOutcome } from './init-template.ts'

export interface InitDataRequest {
  readonly dir: string
  /** The user's file, as typed. */
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly emit: Emit
  readonly resources: Resources
}

export interface InitDataOutcome extends InitOutcome {
  readonly assumptions: readonly Assumption[]
  readonly rows: number
  readonly events: number
  readonly users: number
  readonly dataStart: string
  readonly dataEnd: string
  /** What `ebb check --data` says of the config. */
  readonly summary: readonly string[]
}

/** A file of which more than this cannot be read has been misread. */
const mostRejects = 0.5

/**
 * A config for the user's own file: how to read it, which column is what, which events count, how long a silence makes a churn (by
 * the definition lab), windows for which the parts fit. It has been checked against the data before it is written; nothing is
 * overwritten and nothing is asked. Throws EbbError `data` for a file that is no log of events or too short.
 */
export async function initData(request: InitDataRequest): Promise<InitDataOutcome> {
  const { dir, resources, signal } = request
  await refuseOverwriting(dir, [initNames.config])
  const workDir = await mkdtemp(join(tmpdir(), 'ebb-init-'))
  const engine = await openEngine({ kind: 'duckdb' }, { ...resources, workDirectory: workDir, signal })
  try {
    return await new Proposing(request, engine, workDir).run()
  } finally {
    await engine.close()
    await rm(workDir, { recursive: true, force: true })
  }
}

/** Where a file that no CSV reader splits is written again: `data/<name>-commas.csv` in the folder. */
function copyPath({ dir, file }: InitDataRequest): string {
  return join(dir, 'data', `${basename(file).replace(/\.[^.]+(\.gz)?$/, '')}-commas.csv`)
}

function isCopied(request: InitDataRequest, { path }: FileProfile): boolean {
  return path === resolve(copyPath(request)) && path !== resolve(request.file)
}

class Proposing {
  private readonly request: InitDataRequest
  private readonly engine: Engine
  private readonly workDir: string

  constructor(request: InitDataRequest, engine: Engine, workDir: string) {
    this.request = request
    this.engine = engine
    this.workDir = workDir
  }

  async run(): Promise<InitDataOutcome> {
    const { file, emit } = this.request
    emit({ name: 'look', message: `columns of ${file}` })
    const profile = await this.inspect()
    try {
      return await this.propose(profile)
    } catch (error) {
      // A copy that this call has made goes with it.
      if (isCopied(this.request, profile)) await rm(profile.path, { force: true })
      throw error
    }
  }

  private async propose(profile: FileProfile): Promise<InitDataOutcome> {
    const { dir, file, emit } = this.request
    const mapping = proposeMapping(profile, file)
    emit({ name: 'look', message: 'events', rows: profile.rows })
    const { extracted, maxRejects } = await this.extract(profile, mapping)
    const events = await chooseEvents(this.engine, extracted)
    const first = await this.lab(extracted, events, 30)
    const lab = await this.lab(extracted, events, horizonFor(first.usualReturnDays, spanOf(extracted)))
    const windows = chooseWindows({ lab, dataStart: extracted.firstEventDay, dataEnd: extracted.dataEnd })
    const proposed = this.proposal({ profile, mapping, extracted, events, windows, maxRejects })
    const summary = await tryOut(proposalText(proposed), this.request)
    const written = await writeInitFolder(dir, {
      config: proposalText(proposed),
      readme: readmeOf(proposed),
      ignore: [],
    })
    return {
      config: join(dir, initNames.config),
      files: [...(isCopied(this.request, profile) ? [relative(dir, copyPath(this.request))] : []), ...written],
      assumptions: allAssumptions({ profile, mapping, events, windows, extracted, maxRejects }),
      rows: profile.rows,
      events: extracted.counts.events,
      users: extracted.counts.users,
      dataStart: extracted.firstEventDay,
      dataEnd: extracted.dataEnd,
      summary,
    }
  }

  private inspect(): Promise<FileProfile> {
    const { file, signal } = this.request
    return inspectFile({
      engine: this.engine,
      path: file,
      workDir: this.workDir,
      copyTo: copyPath(this.request),
      signal,
    })
  }

  /** Everything that can be read; what cannot is counted, and becomes the share that the config allows. */
  private async extract(
    profile: FileProfile,
    mapping: MappingProposal,
  ): Promise<{ extracted: Extracted; maxRejects: number }> {
    const source = sourceOf(profile, mapping)
    const extracted = await extractEvents({
      engine: this.engine,
      sources: { log: { ...source, rejects: { maxFraction: 1 } } },
      attributes: {},
      timeZone: 'UTC',
      declaredDataEnd: null,
      asOf: null,
      baseDir: dirname(profile.path),
      rejectsDir: join(this.workDir, 'rejects'),
      workDir: this.workDir,
      signal: this.request.signal,
      emit: () => undefined,
    })
    const { rows } = extracted.quality.events
    const rejected = rejectedRows(extracted)
    const share = rejected / Math.max(1, rows + rejected)
    if (share > mostRejects) throw unreadable(this.request.file, extracted)
    return { extracted, maxRejects: rejected === 0 ? 0 : Math.min(1, Math.ceil(1_000 * (1.2 * share)) / 1_000) }
  }

  private lab(extracted: Extracted, events: ChosenEvents, horizonDays: number): Promise<DefinitionLab> {
    return definitionLab(
      this.engine,
      {
        experiment: 'init',
        events: extracted.relations.events,
        qualifying: events.qualifying,
        purchases: events.roles['purchase'] ?? [],
        dataStart: extracted.firstEventDay,
        dataEnd: extracted.dataEnd,
        newDays: 30,
        silentDays: 30,
        horizonDays,
        threshold: 0.1,
        configuredDays: null,
        maxDays: null,
        segments: [],
      },
      this.request.signal,
    )
  }

  private proposal(parts: {
    readonly profile: FileProfile
    readonly mapping: MappingProposal
    readonly extracted: Extracted
    readonly events: ChosenEvents
    readonly windows: ChosenWindows
    readonly maxRejects: number
  }): ProposedConfig {
    const { profile, mapping, extracted, events, windows, maxRejects } = parts
    const channels = extracted.levels.channels.length
    return {
      experiment: experimentName(this.request.file),
      dataFile: this.request.file,
      path: relative(resolve(this.request.dir), profile.path).split(sep).join('/'),
      reading: profile.reading,
      mapping,
      ...events,
      ...windows,
      maxRejects,
      slices: [
        'lifecycle_stage',
        ...(extracted.has.amount ? ['value_tier'] : []),
        ...(channels > 1 ? ['channel'] : []),
      ],
    }
  }
}

function unreadable(file: string, { quality }: Extracted): EbbError {
  const { rejected } = quality.sources[0]!
  return new EbbError({
    code: 'INIT_CHECK_FAILED',
    kind: 'data',
    where: file,
    what: 'most rows cannot be read',
    expected: 'at most half',
    received: rejected.map(({ reason, rows }) => `${rows.toLocaleString('en-US')} rows: ${reason}`).join('; '),
  })
}

function spanOf({ firstEventDay, dataEnd }: Extracted): number {
  return daysBetween(firstEventDay, dataEnd)
}

/** `CDNOW master.txt` -> cdnow-master. */
function experimentName(file: string): string {
  const name = basename(file)
    .replace(/\.[^.]+(\.gz|\.zst)?$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return /^[a-z]/.test(name) ? name.slice(0, 60) : `churn-${name}`.slice(0, 60).replace(/-$/, '')
}
