import { readFile } from 'node:fs/promises'
import { EbbError } from '../../core/errors.ts'
import type { ImportOutcome } from '../../pipelines/import-model.ts'
import type { Arguments, Command } from '../command.ts'
import { formatCount } from '../format.ts'
import { machineResources } from '../machine.ts'
import type { Terminal } from '../terminal.ts'

export const command: Command = {
  usage: 'models <action> <file>',
  positionals: {
    action: 'import',
    file: "Text model or JSON dump of LightGBM, or JSON of XGBoost's save_model",
  },
  options: {
    out: { type: 'string', requiresArg: true, describe: 'Keep it as a model of ebb: FILE.ebb' },
    score: { type: 'string', requiresArg: true, describe: 'Parquet or CSV to score: the features by name' },
    scores: { type: 'string', requiresArg: true, describe: 'Parquet file for the probabilities; goes with --score' },
    id: { type: 'string', requiresArg: true, describe: 'Column to keep beside them; default: the row number' },
    levels: {
      type: 'string',
      requiresArg: true,
      describe: 'JSON {feature: [level of code 0, …]}, for files that know categories by number alone',
    },
    iterations: {
      type: 'number',
      requiresArg: true,
      describe: 'Trees up to this iteration; default: the best one where the file names it, else all',
    },
  },
  examples: [
    ['ebb models import churn.txt', 'What is it, and which features does it read?'],
    [
      'ebb models import churn.json --score users.parquet --id user_id --scores p.parquet',
      'P(churn) of every row by a model of XGBoost',
    ],
  ],
  notes:
    'Binary models only: objective binary or cross_entropy of LightGBM (gbdt, dart, rf), binary:logistic of XGBoost (gbtree, dart). Missing values, zeros and unseen categories go where the other program sends them. To compare it with models of a run, list it in the config: models: { theirs: { kind: imported, file: churn.txt } }.',
  async run(args, { terminal, signal }) {
    if (args['action'] !== 'import') throw usage(`no such action: ${String(args['action'])}`, 'ebb models import FILE')
    const [score, scores] = [text(args, 'score'), text(args, 'scores')]
    if ((score === null) !== (scores === null)) throw usage('--score and --scores go together', 'both or neither')
    const { importForeignModel } = await import('../../pipelines/import-model.ts')
    const outcome = await importForeignModel({
      file: String(args['file']),
      out: text(args, 'out'),
      score: score === null ? null : { table: score, id: text(args, 'id'), to: scores! },
      ...(args['levels'] === undefined ? {} : { levels: await readLevels(String(args['levels'])) }),
      ...(args['iterations'] === undefined ? {} : { iterations: wholeNumber(args['iterations']) }),
      signal,
      resources: machineResources({}),
    })
    if (terminal.isJson) {
      const { summary, out, scored } = outcome
      terminal.data(JSON.stringify({ schemaVersion: 1, file: String(args['file']), ...summary, out, scored }))
    } else present(outcome, terminal)
  },
}

function present({ summary, out, scored }: ImportOutcome, terminal: Terminal): void {
  const { program, version, objective, trees, features, notes } = summary
  const paint = terminal.paint.stdout
  terminal.data(
    `${program} ${version}, ${objective}: ${formatCount(trees)} trees, ${formatCount(features.length)} features`,
  )
  for (const note of notes) terminal.note(note)
  const width = Math.max(0, ...features.map(({ name }) => name.length))
  for (const { name, kind, splits } of features)
    terminal.data(`  ${name.padEnd(width)}  ${kind.padEnd(8)}  ${paint.dim(`${formatCount(splits)} splits`)}`)
  if (out !== null) terminal.data(`model   ${out}`)
  if (scored !== null) terminal.data(`scores  ${scored.file} (${formatCount(scored.rows)} rows)`)
}

const text = (args: Arguments, name: string): string | null => (args[name] === undefined ? null : String(args[name]))

function wholeNumber(value: unknown): number {
  if (Number.isInteger(value) && Number(value) >= 1) return Number(value)
  throw usage(`--iterations must be a whole number >= 1, got ${String(value)}`, '1 or more')
}

async function readLevels(path: string): Promise<Record<string, string[]>> {
  const fault = (received: string, cause?: unknown): EbbError =>
    new EbbError({
      code: 'USAGE',
      kind: 'usage',
      where: `ebb models --levels ${path}`,
      what: 'cannot be read',
      expected: 'JSON such as {"plan": ["basic", "gold"]}',
      received,
      cause,
    })
  let parsed: unknown
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw fault((cause as Error).message, cause)
  }
  const isLevels = (list: unknown): list is unknown[] => Array.isArray(list)
  if (typeof parsed !== 'object' || parsed === null || !Object.values(parsed).every(isLevels))
    throw fault('something else')
  return Object.fromEntries(
    Object.entries(parsed as Record<string, unknown[]>).map(([name, list]) => [name, list.map(String)]),
  )
}

const usage = (what: string, expected: string): EbbError =>
  new EbbError({ code: 'USAGE', kind: 'usage', where: 'ebb models', what, expected })
