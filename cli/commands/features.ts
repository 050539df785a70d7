import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Options } from 'yargs'
import { possibleFeatures } from '../../configs/possible-features.ts'
import type { CatalogEntry } from '../../core/artifacts.ts'
import { didYouMean } from '../../core/did-you-mean.ts'
import { EbbError } from '../../core/errors.ts'
import { jsonText, parseJson } from '../../core/json.ts'
import { hasDrifted, isRedundant, isUnused, type TagFiles, type TagLife, tagLives } from '../../evaluation/tag-life.ts'
import { describeCatalog } from '../../features/describe.ts'
import { runFiles } from '../../store/layout.ts'
import { findRun, listRuns } from '../../tracking/read.ts'
import type { Arguments, Command, CommandContext } from '../command.ts'
import { configOptions, readConfig } from '../config-options.ts'
import { runsOption } from '../run-options.ts'
import { hangingLines } from '../hanging-lines.ts'
import { cutoffLines, groupLines, tagFacts, tagLines } from '../tag-tables.ts'
import type { Terminal } from '../terminal.ts'
import { unknownWord } from '../unknown-word.ts'
import { wrapWords } from '../wrap-words.ts'

const kinds: Readonly<Record<string, (life: TagLife) => boolean>> = {
  redundant: isRedundant,
  unused: isUnused,
  drifted: hasDrifted,
  proposed: ({ state }) => state === 'proposed',
  retired: ({ state }) => state === 'retired',
  absent: ({ state }) => state === 'absent',
}

const options: Readonly<Record<string, Options>> = {
  ...configOptions,
  ...runsOption,
  family: { type: 'string', requiresArg: true, describe: 'Only this family, e.g. transaction' },
  only: { type: 'string', requiresArg: true, choices: Object.keys(kinds), describe: 'Only tags of which this holds' },
}

export const command: Command = {
  usage: 'features <what> [a] [b] [c]',
  positionals: {
    what: 'list, describe or compare; or a config or run, to list',
    a: 'list: RUN or CONFIG (@latest); describe, compare: the name of a feature',
    b: 'describe: RUN or CONFIG (@latest); compare: the name of another',
    c: 'compare: RUN or CONFIG (@latest)',
  },
  options,
  examples: [
    ['ebb features shop.yaml', 'Every feature that the config can have, by family; reads no data'],
    ['ebb features list @latest --only redundant', 'Features that repeat another, and which'],
    [
      'ebb features describe spend_90d',
      'What it is, how it is spread at every cutoff, what it tells alone, who uses it',
    ],
    ['ebb features compare spend_30d spend_90d', 'Two of them side by side'],
  ],
  notes:
    'Of a run: coverage, one-feature AUC and drift as measured, and the models that use it. Of a config: the definitions; features that the data cannot give are left out when a run starts.',
  async run(args, context) {
    const { what, names, place } = wordsOf(args)
    const lives = await livesOf(place, args, context)
    if (what === 'list') return list(lives, args, { place, terminal: context.terminal })
    const chosen = names.map((name) => tagNamed(name, lives))
    if (context.terminal.isJson) return json(context.terminal, place, chosen)
    return what === 'describe' ? describe(chosen[0]!, context.terminal) : compare(chosen, context.terminal)
  },
}

interface Words {
  readonly what: 'list' | 'describe' | 'compare'
  readonly names: readonly string[]
  /** A run or a config file. */
  readonly place: string
}

const whats = ['list', 'describe', 'compare']

function wordsOf(args: Arguments): Words {
  const words = ['what', 'a', 'b', 'c'].flatMap((key) => (args[key] === undefined ? [] : [String(args[key])]))
  const [first = '', ...rest] = words
  const wanted = { list: 0, describe: 1, compare: 2 }[first]
  if (wanted === undefined && rest.length > 0 && !isConfig(first)) throw unknownWord('ebb features', first, whats)
  if (wanted === undefined) return { what: 'list', names: [], place: onePlace(words) }
  if (rest.length < wanted || rest.slice(0, wanted).some(isConfig))
    throw usage(`${first} needs ${wanted === 1 ? 'the name of a feature' : 'the names of two features'}`)
  return { what: first as Words['what'], names: rest.slice(0, wanted), place: onePlace(rest.slice(wanted)) }
}

function onePlace(words: readonly string[]): string {
  if (words.length > 1) throw usage(`one word too many, ${JSON.stringify(words[1])}`)
  return words[0] ?? '@latest'
}

const isConfig = (place: string): boolean => /\.ya?ml$/i.test(place)

async function livesOf(place: string, args: Arguments, context: CommandContext): Promise<TagLife[]> {
  if (isConfig(place)) {
    const { loaded } = await readConfig({ ...args, config: place }, context)
    const { life } = loaded.config.features
    const catalog = describeCatalog(possibleFeatures(loaded.config)).map((entry) =>
      life[entry.name] === 'proposed' ? { ...entry, inUse: false, reason: 'proposed' } : entry,
    )
    return tagLives({ catalog, tags: null, importance: null })
  }
  const runsDir = String(args['runs'])
  const { id, dir, record } = await findRun(runsDir, place)
  const catalog = await read<TagFiles['catalog']>(dir, runFiles.catalog)
  if (catalog === null) throw usage(`run ${id} has no ${runFiles.catalog}: it ended before its features were known`)
  return tagLives({
    catalog,
    tags: await read<NonNullable<TagFiles['tags']>>(dir, runFiles.tags),
    importance: await read<NonNullable<TagFiles['importance']>>(dir, runFiles.importance),
    before: await catalogBefore(runsDir, { id, experiment: record.experiment }),
  })
}

/** catalog.json of the latest finished run of the experiment that is older; null when there is none. */
async function catalogBefore(
  runsDir: string,
  { id, experiment }: { id: string; experiment: string },
): Promise<CatalogEntry[] | null> {
  const runs = await listRuns(runsDir)
  const before = runs.find((run) => run.id < id && run.status === 'SUCCEEDED' && run.record?.experiment === experiment)
  return before === undefined ? null : read<CatalogEntry[]>(before.dir, runFiles.catalog)
}

async function read<T>(dir: string, name: string): Promise<T | null> {
  try {
    return parseJson(await readFile(join(dir, name), 'utf8')) as T
  } catch {
    return null
  }
}

function list(
  lives: readonly TagLife[],
  args: Arguments,
  { place, terminal }: { place: string; terminal: Terminal },
): void {
  const only = args['only'] as string | undefined
  // Of a run, what it does not have is listed on demand: there is much, and little to be said of it.
  const isListed = isConfig(place) || terminal.isJson ? () => true : ({ state }: TagLife) => state !== 'absent'
  const isMeant = only === undefined ? isListed : kinds[only]!
  const family = args['family'] as string | undefined
  const known = [...new Set(lives.flatMap(({ entry }) => entry?.family ?? []))]
  if (family !== undefined && !known.some((one) => one === family))
    throw unknownWord('ebb features --family', family, known)
  const chosen = lives.filter((life) => isMeant(life) && (family === undefined || life.entry?.family === family))
  if (terminal.isJson) return json(terminal, place, chosen)
  if (isConfig(place))
    return definitions(
      chosen.flatMap(({ entry }) => entry ?? []),
      terminal,
    )
  const linesOf = only === 'redundant' ? groupLines : tagLines
  for (const line of linesOf(chosen, terminal.dataColumns)) terminal.data(line)
  const count = (test: (life: TagLife) => boolean): number => lives.filter(test).length
  const summary = `${lives.length} tags: ${count(({ state }) => state === 'in use')} in use, ${count(isRedundant)} repeat another, ${count(isUnused)} used by no model, ${count(hasDrifted)} drifted, ${count(({ state }) => state === 'absent')} absent (--only absent says why)`
  for (const line of wrapWords(summary, terminal.columns)) terminal.note(line)
}

function json(terminal: Terminal, place: string, lives: readonly TagLife[]): void {
  const features = isConfig(place) ? lives.map(({ entry }) => entry) : lives
  terminal.data(jsonText({ schemaVersion: 1, features }, 0).trimEnd())
}

function describe(life: TagLife, terminal: Terminal): void {
  for (const [name, value] of tagFacts(life)) fact(terminal, name, value)
  if (life.measured === null) return
  terminal.data('')
  for (const line of cutoffLines(life.measured.byCutoff, terminal.dataColumns)) terminal.data(line)
}

/** Fact by fact: once where they agree, else one under the other. */
function compare(lives: readonly TagLife[], terminal: Terminal): void {
  const facts = lives.map((life) => new Map(tagFacts(life)))
  const names = [...new Set(facts.flatMap((own) => [...own.keys()]))]
  for (const name of names) {
    const values = facts.map((own) => own.get(name) ?? '–')
    const shown = new Set(values).size === 1 ? values.slice(0, 1) : values
    for (const [at, value] of shown.entries()) fact(terminal, at === 0 ? name : '', value)
  }
}

/** A fact behind its name of 12 characters, wrapped where the terminal ends. */
function fact(terminal: Terminal, name: string, value: string): void {
  hangingLines(terminal, value, { mark: terminal.paint.stdout.dim(name.padEnd(11)), indent: 12 })
}

/** The definitions of a config by family: name and words, the words under each other where the terminal is narrow. */
function definitions(entries: readonly CatalogEntry[], terminal: Terminal): void {
  const width = 2 + Math.max(...entries.map(({ name }) => name.length)) + 2
  for (const family of new Set(entries.map((entry) => entry.family))) {
    const own = entries.filter((entry) => entry.family === family)
    terminal.data(terminal.paint.stdout.bold(`${family} (${own.length})`))
    for (const { name, inUse, reason, description } of own) {
      const words = inUse ? description : `${reason ?? 'not in use'}: ${description}`
      const [first = '', ...more] = wrapWords(words, Math.max(24, terminal.dataColumns - width))
      terminal.data(`  ${name}`.padEnd(width) + first)
      for (const line of more) terminal.data(' '.repeat(width) + line)
    }
  }
}

function tagNamed(name: string, lives: readonly TagLife[]): TagLife {
  const found = lives.find(({ tag }) => tag === name)
  if (found !== undefined) return found
  const near = didYouMean(
    name,
    lives.map(({ tag }) => tag),
  )
  throw usage(`no feature named "${name}"`, near === null ? 'ebb features lists them' : `did you mean "${near}"?`)
}

function usage(what: string, hint?: string): EbbError {
  return new EbbError({ code: 'USAGE', kind: 'usage', where: 'ebb features', what, hint })
}
