import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { definitionLab } from '../cohorts/definition-lab.ts'
import { loadConfig } from '../configs/load.ts'
import { type ProposedConfig, proposalText } from '../configs/proposal-text.ts'
import type { DefinitionLab } from '../core/definition-lab.ts'
import { daysBetween } from '../core/day.ts'
import { EbbError } from '../core/errors.ts'
import type { Emit, Resources } from '../core/stage.ts'
import { extractEvents } from '../data/extract.ts'
import type { Extracted } from '../data/extracted.ts'
import { type FileProfile, inspectFile } from '../data/inspect-file.ts'
import { type Assumption, type MappingProposal, proposeMapping, readingWords } from '../data/propose-mapping.ts'
import type { SourceConfig } from '../data/sources.ts'
import type { Engine } from '../engines/engine.ts'
import { openEngine } from '../engines/registry.ts'
import { writeFileAtomic } from '../store/atomic.ts'
import { checkConfig } from './check.ts'
import { chooseEvents, type ChosenEvents } from './init-data/choose-events.ts'
import { chooseWindows, type ChosenWindows, horizonFor } from './init-data/choose-windows.ts'
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
    const { dir, file, emit } = this.request
    emit({ name: 'look', message: `columns of ${file}` })
    const profile = await this.inspect()
    const mapping = proposeMapping(profile, file)
    emit({ name: 'look', message: 'events', rows: profile.rows })
    const { extracted, maxRejects } = await this.extract(profile, mapping)
    const events = await chooseEvents(this.engine, extracted)
    const first = await this.lab(extracted, events, 30)
    const lab = await this.lab(extracted, events, horizonFor(first.usualReturnDays, spanOf(extracted)))
    const windows = chooseWindows({ lab, dataStart: extracted.firstEventDay, dataEnd: extracted.dataEnd })
    const proposed = this.proposal({ profile, mapping, extracted, events, windows, maxRejects })
    const summary = await this.tryOut(proposalText(proposed))
    const written = await writeInitFolder(dir, {
      config: proposalText(proposed),
      readme: readmeOf(proposed),
      ignore: [],
    })
    const isCopied = profile.path === resolve(this.copyPath())
    return {
      config: join(dir, initNames.config),
      files: [...(isCopied ? [relative(dir, this.copyPath())] : []), ...written],
      assumptions: allAssumptions({ profile, mapping, events, windows, extracted, maxRejects }),
      rows: profile.rows,
      events: extracted.counts.events,
      users: extracted.counts.users,
      dataStart: extracted.firstEventDay,
      dataEnd: extracted.dataEnd,
      summary,
    }
  }

  private copyPath(): string {
    return join(this.request.dir, 'data', `${basename(this.request.file).replace(/\.[^.]+(\.gz)?$/, '')}.csv`)
  }

  private inspect(): Promise<FileProfile> {
    const { file, signal } = this.request
    return inspectFile({ engine: this.engine, path: file, workDir: this.workDir, copyTo: this.copyPath(), signal })
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

  /** Loads and checks the text as a file of the folder, under a name that nobody has; returns what the check says. */
  private async tryOut(text: string): Promise<readonly string[]> {
    const { dir, env, signal, resources } = this.request
    const path = join(dir, '.churn-proposal.yaml')
    await mkdir(dir, { recursive: true })
    await writeFileAtomic(path, text)
    try {
      const loaded = await loadConfig({ path, env })
      const emit = (): void => undefined
      const { checks, summary } = await checkConfig({ loaded, asOf: null, withData: true, signal, emit, resources })
      const failed = checks.find(({ passed, severity }) => !passed && severity === 'error')
      if (failed !== undefined)
        throw new EbbError({
          code: 'INIT_CHECK_FAILED',
          kind: 'data',
          where: this.request.file,
          what: `${failed.name}: ${failed.message}`,
          expected: failed.expected,
          received: failed.observed,
        })
      return summary
    } finally {
      await rm(path, { force: true })
    }
  }
}

function rejectedRows({ quality }: Extracted): number {
  return quality.sources[0]!.rejected.reduce((sum, { rows }) => sum + rows, 0)
}

function spanOf({ firstEventDay, dataEnd }: Extracted): number {
  return daysBetween(firstEventDay, dataEnd)
}

function sourceOf({ path, reading }: FileProfile, mapping: MappingProposal): SourceConfig {
  const { time } = mapping
  const format = time.reading
  return {
    header: true,
    decimal: mapping.decimalComma ? ',' : '.',
    encoding: 'utf-8',
    nullValues: [],
    delayDays: 0,
    deduplicate: false,
    sample: 1,
    contract: {},
    ...reading,
    path: basename(path),
    columns: mapping.columns as SourceConfig['columns'],
    set: mapping.eventType === null ? {} : { event_type: mapping.eventType },
    ...(mapping.isIntegerId ? { userIdType: 'integer' as const } : {}),
    ...(format.kind === 'format' ? { timestampFormat: format.format } : {}),
    ...(format.kind === 'epoch' ? { timeUnit: format.unit } : {}),
    rejects: { maxFraction: 1 },
  }
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

function allAssumptions(parts: {
  readonly profile: FileProfile
  readonly mapping: MappingProposal
  readonly events: ChosenEvents
  readonly windows: ChosenWindows
  readonly extracted: Extracted
  readonly maxRejects: number
}): Assumption[] {
  const { profile, mapping, events, windows, extracted, maxRejects } = parts
  const format = mapping.time.reading
  const isAmbiguous = format.kind === 'format' && format.other !== null
  return [
    ...(profile.separator === null
      ? []
      : [
          {
            what: 'file',
            value: `${profile.separator}${profile.hasHeader ? '' : ', no header'}`,
            sure: profile.hasHeader ? ('sure' as const) : ('likely' as const),
            because:
              profile.separator === 'blanks' ? 'a copy with commas was written to data/' : 'what parts its first lines',
          },
        ]),
    ...mapping.assumptions,
    ...(isAmbiguous
      ? [{ what: 'timestampFormat', value: format.format, sure: 'guess' as const, because: readingWords(format) }]
      : []),
    ...(mapping.decimalComma
      ? [{ what: 'decimal', value: 'comma', sure: 'sure' as const, because: 'numbers such as 12,50' }]
      : []),
    ...(maxRejects > 0
      ? [
          {
            what: 'rejects',
            value: `up to ${(100 * maxRejects).toFixed(1)} %`,
            sure: 'sure' as const,
            because: `${rejectedRows(extracted).toLocaleString('en-US')} rows cannot be read; a run keeps them in rejects/`,
          },
        ]
      : []),
    ...events.assumptions,
    ...windows.assumptions,
    {
      what: 'dataEnd',
      value: extracted.dataEnd,
      sure: 'likely',
      because: 'the day after the last event; set dataEnd where the last day is not complete',
    },
    { what: 'timeZone', value: 'UTC', sure: 'guess', because: 'the file names none, or instants are shown in UTC' },
  ]
}

function readmeOf({ dataFile, experiment }: ProposedConfig): string {
  return `# Churn: ${experiment}

\`${initNames.config}\` was proposed by \`ebb init --data ${dataFile}\` from what the file looks like.

1. Read it through: what a column means, a person knows better.
2. \`npx ebb check ${initNames.config} --data\`: would it run, on how many users, at which churn rate? Trains nothing.
3. \`npx ebb analyze definition ${initNames.config}\`: how long must a user be silent before he counts as lost?
4. \`npx ebb run ${initNames.config}\`: train, judge, score. The last lines name the report (open it in a browser) and the scores.
`
}
