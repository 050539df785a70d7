import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditReport } from '../../core/audit-artifacts.ts'
import { addDays } from '../../core/day.ts'
import type { Cancellable } from '../../engines/cancellable.ts'
import { compileExamples } from '../../features/compile.ts'
import { resolveCutoffs } from '../../features/cutoffs.ts'
import { examineTask } from '../../pipelines/compute/examine-task.ts'
import type { StageContext } from '../../pipelines/context.ts'
import { keepOlder } from '../../pipelines/stages/audit/snapshot.ts'
import { truncationTest } from '../../pipelines/stages/audit/truncation.ts'
import { type AuditInput, auditStage } from '../../pipelines/stages/audit.ts'
import { cutoffTimes } from '../../pipelines/stages/cutoff-times.ts'
import { labelledExamples } from '../../pipelines/stages/examples.ts'
import { extractStage } from '../../pipelines/stages/extract.ts'
import { planFeatures } from '../../pipelines/stages/plan-features.ts'
import { readUserIds } from '../../pipelines/stages/read-user-ids.ts'
import { splitStage } from '../../pipelines/stages/split.ts'
import { withContext } from '../../pipelines/with-context.ts'
import type { Run } from '../../tracking/run.ts'
import { ebbHere } from '../cli/ebb-here.ts'
import { auditedConfig, auditedShop } from '../support/audited-shop.ts'
import { tinyShopHeader, tinyShopLines, trainRequest } from '../support/tiny-shop.ts'

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
    const times = cutoffTimes(config, extracted, planned.delaysDays)
    const { cutoffs } = resolveCutoffs(structuredClone(config.cutoffs) as never, times)
    const labelled = await labelledExamples(context, extracted, { cutoffs, planned })
    const userIds = await readUserIds(context, extracted)
    const split = splitStage(context, labelled.examples, { userIds, delayDays: times.maxDelayDays })
    const { dataset, labels } = labelled.examples
    const { train: trainRows, test: testRows } = split.parts
    const examined = await examineTask({ dataset, labels, trainRows, testRows }, context)
    await look(context, { extracted, planned, labelled, split, examined, times, userIds, older: null, strict: false })
  })
}

const told = ({ checks }: AuditReport): string[] =>
  checks
    .filter(({ status }) => status === 'failed' || status === 'warned')
    .map(({ status, name }) => `${status} ${name}`)

/** SQL of a compiler whose windows end too late: `seen day <= cutoff` in the place of `<`. */
const oneSecondTooLong = (sql: string): string =>
  sql.replaceAll('s.day < c.cutoff', 's.day <= c.cutoff').replaceAll(/(e\.event_day) < (DATE '[^']+')/g, '$1 <= $2')

/** The examples as such a compiler makes them. */
async function brokenExamples(context: StageContext, { extracted, planned, labelled }: AuditInput) {
  const engine = new Proxy(context.engine, {
    get(target, name) {
      if (name === 'execute')
        return (sql: string, options: Cancellable) => target.execute(oneSecondTooLong(sql), options)
      // Without a scanner the features are made by SQL, whose text can be broken.
      if (name === 'scanner') return null
      const value = Reflect.get(target, name) as unknown
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const { cutoffs } = labelled.examples
  return (await labelledExamples({ ...context, engine }, extracted, { cutoffs, planned })).examples
}

describe('the audit of a design', () => {
  let clean: AuditReport
  const reports: Record<string, AuditReport> = {}
  let broken: Awaited<ReturnType<typeof truncationTest>>
  beforeAll(async () => {
    await withDesign(await shop(['region']), async (context, input) => {
      clean = await auditStage(context, input)
      const { times, split, labelled } = input
      const early = { ...times, dataEnd: addDays(times.dataEnd, -7) }
      reports['open window'] = await auditStage(context, { ...input, times: early })
      const parts = { ...split.parts, train: Uint32Array.from([...split.parts.train, ...split.parts.test]) }
      reports['overlap'] = await auditStage(context, { ...input, split: { ...split, parts } })
      const shared = { ...split.parts, select: Uint32Array.from([...split.parts.select, split.parts.train[0]!]) }
      reports['shared user'] = await auditStage(context, { ...input, split: { ...split, parts: shared } })
      const older = await keepOlder(context.engine, { ...input.extracted, against: 'itself' }, context.signal)
      reports['the same again'] = await auditStage(context, { ...input, older })
      const examples = await brokenExamples(context, input)
      const compile: typeof compileExamples = (plan, dialect) => {
        const compiled = compileExamples(plan, dialect)
        return {
          ...compiled,
          statements: compiled.statements.map(({ name, sql }) => ({ name, sql: oneSecondTooLong(sql) })),
        }
      }
      broken = await truncationTest(context, { ...input, examples, compile })
      expect(examples.dataset.rowCount).toBe(labelled.examples.dataset.rowCount)
    })
  }, 60_000)

  it('a clean shop: nothing fails, nothing warns, and every value of some 100 examples was made twice', () => {
    expect(told(clean)).toEqual([])
    expect(clean.passed).toBe(true)
    expect(clean.truncation.rows).toBeGreaterThan(100)
    expect(clean.truncation.deletedEvents).toBeGreaterThan(1_000)
    expect(clean.truncation.differing).toEqual([])
  })

  it('a window that reads one second past the cutoff changes when the future is deleted', () => {
    const features = new Set(broken.differing.map(({ feature }) => feature))
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
    return { code, report: JSON.parse(stdout) as AuditReport & { schemaVersion: number } }
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

  it.each(['2'])('the shop of seed %s is clean, also in strict mode', async (seed) => {
    const folder = await mkdtemp(join(tmpdir(), 'ebb-audited-'))
    folders.push(folder)
    const lines = tinyShopLines(200, Number(seed))
    await writeFile(join(folder, 'events.csv'), [tinyShopHeader, ...lines, ''].join('\n'))
    await writeFile(join(folder, 'shop.yaml'), auditedConfig([]))
    const { code, report } = await audit(folder, '--strict')
    expect([told(report), code]).toEqual([[], 0])
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

  it('in words: what was looked for, what was found, and what a random split would have promised', async () => {
    const { code, stdout } = await ebbHere('audit', join(await shop(), 'shop.yaml'))
    expect(code).toBe(0)
    expect(stdout).toContain('ok   features that read past the visible end: the same bits: ')
    expect(stdout).toContain('n/a  rows that were corrected later: no older copy was given')
    expect(stdout).toMatch(
      /A random split would have promised an AUC of 0\.\d{4} for logistic; in time it is 0\.\d{4} \([+-]\d/,
    )
  })
})
