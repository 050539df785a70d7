import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditOutcome, AuditReport, TruncationReport } from '../../core/audit-artifacts.ts'
import { addDays } from '../../core/day.ts'
import { levelLimit } from '../../data/quality-queries.ts'
import type { Engine } from '../../engines/engine.ts'
import { resolveCutoffs } from '../../features/cutoffs.ts'
import { readDataFacts } from '../../features/data-facts.ts'
import { examineTask } from '../../pipelines/compute/examine-task.ts'
import type { StageContext } from '../../pipelines/context.ts'
import { keepOlder } from '../../pipelines/stages/audit/snapshot.ts'
import { truncationTest } from '../../pipelines/stages/audit/truncation.ts'
import { type AuditInput, auditStage } from '../../pipelines/stages/audit.ts'
import { cutoffTimes } from '../../pipelines/stages/cutoff-times.ts'
import { labelledExamples } from '../../pipelines/stages/examples.ts'
import { extractStage } from '../../pipelines/stages/extract.ts'
import { knownFacts } from '../../pipelines/stages/known-facts.ts'
import { planFeatures } from '../../pipelines/stages/plan-features.ts'
import { readUserIds } from '../../pipelines/stages/read-user-ids.ts'
import { splitStage } from '../../pipelines/stages/split.ts'
import { withContext } from '../../pipelines/with-context.ts'
import type { Run } from '../../tracking/run.ts'
import { ebbHere } from '../cli/ebb-here.ts'
import { auditedConfig, auditedShop } from '../support/audited-shop.ts'
import { tinyShop, tinyShopLines, trainRequest } from '../support/tiny-shop.ts'

const folders: string[] = []
const shop = async (attributes: readonly string[] = [], more = ''): Promise<string> => {
  const folder = await auditedShop(attributes, more)
  folders.push(folder)
  return folder
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

/** Prepares the shop up to the audit, and keeps engine and workers open for `look`. */
async function withDesign(
  folder: string,
  look: (context: StageContext, input: AuditInput) => Promise<void>,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'ebb-audited-'))
  folders.push(work)
  const run = {
    dir: work,
    path: (...names: string[]) => join(work, ...names),
    events: { info: () => undefined },
    writeJson: async () => undefined,
    writeText: async () => undefined,
    update: async () => undefined,
  } as unknown as Run
  await withContext(await trainRequest(folder), run, async (context) => {
    const { config } = context
    const extracted = await extractStage(context, null)
    const planned = await planFeatures(context, extracted)
    const facts = await readDataFacts(context.engine, extracted.relations.events)
    expect(await knownFacts(context, extracted)).toEqual(facts)
    // A list that is full may have left some out.
    const full = Array.from({ length: levelLimit }, (_, i) => ({ name: `c${i}`, events: 1 }))
    const cut = { ...extracted, levels: { ...extracted.levels, categories: full } }
    expect(await knownFacts(context, cut)).toEqual(facts)
    const times = cutoffTimes(config, extracted, planned.delaysDays)
    const { cutoffs } = resolveCutoffs(structuredClone(config.cutoffs) as never, times)
    const labelled = await labelledExamples(context, extracted, { cutoffs, planned })
    const userIds = await readUserIds(context, extracted)
    const split = splitStage(context, labelled.examples, { userIds, delayDays: times.maxDelayDays })
    const { dataset, labels } = labelled.examples
    const { train: trainRows, test: testRows } = split.parts
    const examined = await examineTask({ dataset, labels, trainRows, testRows }, context)
    await look(context, {
      extracted,
      planned,
      labelled,
      split,
      examined,
      times,
      userIds,
      older: null,
      isFurther: false,
      strict: false,
    })
  })
}

const told = ({ checks }: AuditReport): string[] =>
  checks
    .filter(({ status }) => status === 'failed' || status === 'warned')
    .map(({ status, name }) => `${status} ${name}`)

/** What the sweep reads, as if every event had been a second earlier: one at the cutoff is seen. */
const oneSecondTooLong = (sql: string): string =>
  sql.replaceAll('epoch_us(e.event_time)', '(epoch_us(e.event_time) - 1000000)')

/** `seen day <= cutoff` in the place of `<`. */
const oneDayTooLong = (sql: string): string =>
  sql.replaceAll('s.day < c.cutoff', 's.day <= c.cutoff').replaceAll(/(e\.event_day) < (DATE '[^']+')/g, '$1 <= $2')

/** An engine some of whose members are others. */
const engineWith = (engine: Engine, others: Partial<Engine>): Engine =>
  new Proxy(engine, {
    get(target, name) {
      if (Object.hasOwn(others, name)) return Reflect.get(others, name) as unknown
      const value = Reflect.get(target, name) as unknown
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })

/** Compilers that look past the cutoff: the SQL by a day, the sweep by one second. */
const broken = {
  sql: (engine: Engine): Engine =>
    engineWith(engine, {
      scanner: null,
      execute: (sql, options) => engine.execute(oneDayTooLong(sql), options),
    }),
  sweep: (engine: Engine): Engine => {
    const scanner = engine.scanner!
    return engineWith(engine, {
      scanner: {
        position: (expression, values) => scanner.position(expression, values),
        fingerprint: (expressions) => scanner.fingerprint(expressions),
        marks: (expression) => scanner.marks(expression),
        scan: (queries, visit, options) => scanner.scan(queries.map(oneSecondTooLong), visit, options),
      },
    })
  },
}

/** The truncation test of a run whose features came from a broken compiler. */
async function brokenTruncation(context: StageContext, compiler: keyof typeof broken, input: AuditInput) {
  const engine = broken[compiler](context.engine)
  const { extracted, planned, labelled } = input
  const made = await labelledExamples({ ...context, engine }, extracted, {
    cutoffs: labelled.examples.cutoffs,
    planned,
  })
  expect(made.compiler).toBe(compiler)
  return truncationTest({ ...context, engine }, { extracted, planned, ...made })
}

describe('the audit of a design', () => {
  let clean: AuditReport
  const reports: Record<string, AuditReport> = {}
  const truncations: Partial<Record<keyof typeof broken, TruncationReport>> = {}
  beforeAll(async () => {
    await withDesign(await shop(['region']), async (context, input) => {
      clean = await auditStage(context, input)
      const { times, split } = input
      const early = { ...times, dataEnd: addDays(times.dataEnd, -7) }
      reports['open window'] = await auditStage(context, { ...input, times: early })
      const parts = { ...split.parts, train: Uint32Array.from([...split.parts.train, ...split.parts.test]) }
      reports['overlap'] = await auditStage(context, { ...input, split: { ...split, parts } })
      const shared = { ...split.parts, select: Uint32Array.from([...split.parts.select, split.parts.train[0]!]) }
      reports['shared user'] = await auditStage(context, { ...input, split: { ...split, parts: shared } })
      const older = await keepOlder(context.engine, { ...input.extracted, against: 'itself' }, context.signal)
      reports['the same again'] = await auditStage(context, { ...input, older })
      for (const compiler of ['sql', 'sweep'] as const)
        truncations[compiler] = await brokenTruncation(context, compiler, input)
    })
  }, 60_000)

  it('a clean shop: nothing fails, nothing warns, and every value of some 100 examples was made twice', () => {
    expect(told(clean)).toEqual([])
    expect(clean.passed).toBe(true)
    expect(clean.truncation.rows).toBeGreaterThan(100)
    expect(clean.truncation.deletedEvents).toBeGreaterThan(1_000)
    expect(clean.truncation).toMatchObject({ compiler: 'sweep', differing: [] })
  })

  it.each([
    ['sweep', 'one second'],
    ['sql', 'one day'],
  ] as const)('%s that reads %s past the cutoff: features change when the future is deleted', (compiler, _by) => {
    const found = truncations[compiler]!
    const features = new Set(found.differing.map(({ feature }) => feature))
    expect(found.compiler).toBe(compiler)
    expect(features.has('purchase_count_30d')).toBe(true)
    expect(features.has('spend_30d')).toBe(true)
  })

  it('a data end 7 days earlier: the last cutoff is not closed', () => {
    expect(told(reports['open window']!)).toEqual(['failed leakage.closed_window'])
    expect(reports['open window']!.passed).toBe(false)
  })

  it('test rows among the rows of train: label windows reach into test', () => {
    expect(told(reports['overlap']!)).toContain('failed purge')
  })

  it('against a copy of itself: nothing was corrected, and it says so', () => {
    const { checks, late } = reports['the same again']!
    expect(checks.find(({ name }) => name === 'leakage.corrections')).toMatchObject({ status: 'passed' })
    expect(late.snapshot!.tables.map(({ table, kind }) => [table, kind])).toEqual([
      ['shop', 'events'],
      ['region', 'attributes'],
    ])
  })

  it('one user in two folds warns', () => {
    expect(told(reports['shared user']!)).toEqual(['warned leakage.users'])
    expect(reports['shared user']!.passed).toBe(true)
  })
})

describe('ebb audit', () => {
  const audit = async (folder: string, ...argv: string[]) => {
    const { code, stdout, stderr } = await ebbHere('audit', join(folder, 'shop.yaml'), '--json', ...argv)
    expect(stderr.replaceAll(/^✓.*\n/gm, '')).toBe('')
    return { code, report: JSON.parse(stdout) as AuditOutcome & { schemaVersion: number } }
  }

  it('a current tier warns, a customer number and a copy of the label fail: exit code 20', async () => {
    const { code, report } = await audit(await shop(['region', 'tier', 'number', 'copy']))
    expect(code).toBe(20)
    expect(told(report)).toEqual([
      'failed leakage.copy',
      'failed leakage.ids.number',
      'warned leakage.current_values.tier',
    ])
    expect(report).toMatchObject({ schemaVersion: 1, passed: false, strict: false })
  })

  it('a copy of the label at the second horizon of 30 days fails there, and no check of the first one, of 20 days', async () => {
    const horizons = ['-s', 'churn.horizonDays=20', '-s', 'churn.horizonsDays=[30]']
    const { code, report } = await audit(await shop(['copy']), ...horizons)
    expect(code).toBe(20)
    expect(report.passed).toBe(false)
    expect(told(report).filter((line) => line.startsWith('failed'))).toEqual([])
    expect(report.others.map(({ target, horizonDays }) => [target, horizonDays])).toEqual([['silent', 30]])
    expect(told(report.others[0]!)).toEqual(['failed leakage.copy'])
    expect(report.others[0]!.truncation).toMatchObject({ compiler: 'sweep', differing: [], lostRows: 0 })
    expect(report.others[0]!.truncation.rows).toBeGreaterThan(100)
  })

  it('against an older copy: one row came, one went, one changed, a static value changed; --strict makes it 20', async () => {
    const folder = await shop(['region'])
    const older = await shop(['region'])
    const lines = (await readFile(join(older, 'events.csv'), 'utf8')).split('\n')
    const purchase = lines.findIndex((line) => line.includes('purchase'))
    const changed = lines[purchase]!.replace(/purchase,[^,]*/, 'purchase,999.99')
    const next = lines.findIndex((line, i) => i > purchase + 5 && line.includes('view'))
    const extra = `u0003,2025-04-04T04:04:04,view,,app`
    await writeFile(
      join(older, 'events.csv'),
      [...lines.slice(0, next), extra, ...lines.slice(next + 1)].with(purchase, changed).join('\n'),
    )
    const regions = (await readFile(join(older, 'region.csv'), 'utf8')).replace('u0001,south', 'u0001,west')
    await writeFile(join(older, 'region.csv'), regions)
    const wrong = await ebbHere('audit', join(folder, 'shop.yaml'), '--against', join(older, 'events.csv'))
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toContain('expected the folder of an older copy, or a config (.yaml) that names it')
    const { code, report } = await audit(folder, '--against', older, '--strict')
    expect(code).toBe(20)
    expect(told(report)).toEqual(['warned leakage.corrections'])
    expect(
      report.late.snapshot!.tables.map(({ table, appeared, vanished, changed: n }) => [table, appeared, vanished, n]),
    ).toEqual([
      ['shop', 1, 1, 1],
      ['region', 0, 0, 1],
    ])
  })

  it('a fifth of the customers of CDNOW: nothing fails, nothing warns', async () => {
    const { code, stdout } = await ebbHere(
      'audit',
      'configs/quickstart.yaml',
      '--strict',
      '--json',
      '-s',
      'sources.shop.sample=0.2',
    )
    expect([told(JSON.parse(stdout) as AuditReport), code]).toEqual([[], 0])
  })

  it('another shop is clean, also in strict mode; in words: what was looked for, found, and what a random split would have promised', async () => {
    const folder = await tinyShop({ lines: tinyShopLines(200, 2), config: auditedConfig([]) })
    folders.push(folder)
    const { code, stdout } = await ebbHere('audit', join(folder, 'shop.yaml'), '--strict')
    expect(code).toBe(0)
    expect(stdout).not.toMatch(/^(FAIL|warn)/m)
    expect(stdout).toContain('ok   features that read past the visible end: the same bits: ')
    expect(stdout).toContain('n/a  rows that were corrected later: no older copy was given')
    expect(stdout).toMatch(
      /A random split would have promised an AUC of 0\.\d{4} for logistic; in time it is 0\.\d{4} \([+-]\d/,
    )
  })
})
