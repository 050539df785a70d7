import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TagLife } from '../../evaluation/tag-life.ts'
import { smallest } from '../configs/write-configs.ts'
import { writeFixtureRun } from '../reports/fixture.ts'
import { catalogue } from '../../cli/catalogue.ts'
import { runCommand } from '../../cli/run-command.ts'
import { ebbHere } from './ebb-here.ts'
import { fakeTerminal } from './fake-terminal.ts'

let folder = ''
let runs: string[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ebb-tags-'))
  runs = ['--runs', join(folder, 'runs')]
  await writeFixtureRun({ folder: join(folder, 'runs', '20251222T030012Z-7f3a9c') })
  await writeFile(join(folder, 'shop.yaml'), smallest)
})
afterAll(() => rm(folder, { recursive: true }))

const features = async (...argv: string[]) => {
  const { code, stdout, stderr } = await ebbHere('features', ...argv, ...runs)
  expect([code, argv.includes('--json') ? stderr : '']).toEqual([0, ''])
  return stdout.trimEnd().split('\n')
}

describe('ebb features of a run', () => {
  it('list: one line per tag with coverage, AUC, drift, models and what it repeats; nothing is cut in a pipe', async () => {
    const lines = await features('list')
    expect(lines[0]!.trim().split(/ {2,}/)).toEqual(['known', 'AUC', 'drift', 'models', 'tag', 'note'])
    expect(lines).toHaveLength(10)
    // The one that the data cannot give is there on demand.
    expect(await features('list', '--only', 'absent')).toHaveLength(2)
    expect(
      lines
        .find((line) => line.includes('  overdue_ratio'))!
        .trim()
        .split(/ {2,}/),
    ).toEqual(['75.0 %', '0.6550', '0.270', '2', 'overdue_ratio', 'as days_since_purchase'])
  })

  it('on a terminal of 70 columns every line fits, and names stay whole', async () => {
    const on = async (...argv: string[]): Promise<string[]> => {
      const { terminal, stdout } = fakeTerminal({ isTty: true, env: { NO_COLOR: '1' }, columns: 70 })
      await runCommand(
        catalogue.find(({ name }) => name === 'features')!,
        [...argv, ...runs],
        terminal,
      )
      return stdout().trimEnd().split('\n')
    }
    const listed = await on('list')
    expect(listed.some((line) => / overdue_ratio +as days_/.test(line))).toBe(true)
    const all = [...listed, ...(await on('describe', 'overdue_ratio')), ...(await on(join(folder, 'shop.yaml')))]
    expect(all.length).toBeGreaterThan(100)
    expect(all.filter((line) => line.length > 70)).toEqual([])
  })

  it('--only redundant names one; drifted the four above .25; an unknown kind is refused', async () => {
    const redundant = await features('list', '@latest', '--only', 'redundant')
    expect(redundant[1]).toBe('days_since_purchase')
    expect(redundant[2]).toMatch(/^ {2}overdue_ratio +-?0\.9\d +0\.6550 +2$/)
    expect(redundant).toHaveLength(3)
    const drifted = (await features('--only', 'drifted', '--json', 'list')).join('')
    const document = JSON.parse(drifted) as { schemaVersion: number; features: TagLife[] }
    expect([document.schemaVersion, document.features.map(({ measured }) => measured!.drift.psi > 0.25)]).toEqual([
      1,
      [true, true, true, true, true],
    ])
    const stranger = await ebbHere('features', 'list', '--family', 'odd', ...runs)
    expect([stranger.code, stranger.stderr]).toEqual([
      2,
      expect.stringMatching(/--family: not allowed, expected one of .*, got "odd"/),
    ])
    const refused = await ebbHere('features', 'list', '--only', 'odd', ...runs)
    expect([refused.code, refused.stderr]).toEqual([
      2,
      'ebb features --only: not allowed, expected one of redundant, unused, drifted, proposed, retired, absent, got "odd"\n',
    ])
  })

  it('describe: what it is, what it tells alone, who uses it, and every cutoff', async () => {
    const text = (await features('describe', 'days_since_purchase')).join('\n')
    expect(text).toContain('what        Days since the last purchase')
    expect(text).toContain('alone       AUC 0.7800 (95 % 0.7700 to 0.7900)')
    expect(text).toContain('used by     logistic, gbdt')
    expect(text).toContain('repeated by overdue_ratio')
    expect(text).toMatch(/2025-11-10 +4200 +100\.0 % +10 +1 +8 +25 +0\.030/)
  })

  it('compare: facts that agree once, others under each other', async () => {
    const lines = await features('compare', 'days_since_purchase', 'active_days_28d', '@latest')
    const at = lines.findIndex((line) => line.startsWith('alone'))
    expect(lines.slice(at, at + 2).map((line) => line.slice(12, 22))).toEqual(['AUC 0.7800', 'AUC 0.7550'])
    expect(lines.filter((line) => line.startsWith('used by'))).toEqual(['used by     logistic, gbdt'])
  })

  it('a name with a typing error, too few and too many words: exit code 2 with what to do', async () => {
    const said = async (...argv: string[]) => (await ebbHere('features', ...argv, ...runs)).stderr.trim()
    expect(await said('describe', 'tenure_day')).toBe(
      'ebb features: no feature named "tenure_day"; did you mean "tenure_days"?',
    )
    expect(await said('compare', 'a')).toBe('ebb features: compare needs the names of two features')
    expect(await said('compare', 'a', 'shop.yaml')).toBe('ebb features: compare needs the names of two features')
    expect(await said('list', 'a', 'b')).toBe('ebb features: one word too many, "b"')
    expect(await said('descripe', 'a')).toBe(
      'ebb features: not allowed, expected one of list, describe, compare, got "descripe"; did you mean "describe"?',
    )
  })
})

describe('ebb features of a config', () => {
  it('proposed and retired ones are listed as such; unknown names are refused', async () => {
    const config = join(folder, 'shop.yaml')
    const life = 'features.life={purchase_count_30d: proposed, purchase_count_90d: retired}'
    const document = JSON.parse((await features(config, '--json', '-s', life)).join('')) as {
      features: { name: string; inUse: boolean; reason: string | null }[]
    }
    const of = (name: string) => document.features.find((entry) => entry.name === name)!
    expect([of('purchase_count_30d').reason, of('purchase_count_90d').reason, of('purchase_count_7d').reason]).toEqual([
      'proposed',
      'retired',
      null,
    ])
    const refused = await ebbHere('features', config, '-s', 'features.life={purchase_count_3d: retired}')
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('no feature named "purchase_count_3d"')
  })
})
