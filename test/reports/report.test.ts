import { writeFile, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRunFiles } from '../../reports/run-files.ts'
import { writeReport } from '../../reports/report.ts'
import { writeFixtureRun } from './fixture.ts'

const folders: string[] = []
async function report(options: Parameters<typeof writeFixtureRun>[0] = {}): Promise<{ html: string; runDir: string }> {
  const runDir = await writeFixtureRun(options)
  folders.push(runDir)
  return { html: await readFile(await writeReport({ runDir }), 'utf8'), runDir }
}
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

describe('the report of a finished run', () => {
  let html = ''
  let runDir = ''
  beforeAll(async () => {
    ;({ html, runDir } = await report())
  })

  it('is one file under 1.5 MB that asks for nothing from elsewhere', () => {
    expect(Buffer.byteLength(html)).toBeLessThan(1_500_000)
    const links = [...html.matchAll(/\s(?:src|href)="([^"]*)"|url\(([^)]*)\)/g)].map((match) => match[1] ?? match[2]!)
    expect(links.length).toBeGreaterThan(5)
    expect(links.filter((link) => !link.startsWith('#'))).toEqual([])
    expect(html).not.toMatch(/<script|<link|@import|<iframe/)
  })

  it('has a section for everything that the issue names', () => {
    for (const title of [
      'Summary',
      'Who is at risk',
      'Leaderboard',
      'Ranking',
      'Calibration and scores',
      'What drives the predictions',
      'Features, one by one',
      'Where it works and where it does not',
      'Time, split and churn rate',
      'Leakage audit',
      'Data quality',
      'Judged and shipped',
      'Checks',
      'This run',
    ])
      expect(html).toContain(`<h2>${title}</h2>`)
    expect(html).not.toContain('class="absent"')
  })

  it('says what was predicted for whom and when, with n, base rate and interval', () => {
    expect(html).toContain('inside the prediction window.')
    expect(html).toContain('30 days, starting 3 days after the cutoff')
    expect(html).toMatch(/it ranks the churner higher in\s+<b>\d\d of 100<\/b> such pairs \(between \d\d and \d\d\)/)
    expect(html).toMatch(/n = [\d,]+ rows of [\d,]+ users at 2025-11-10 and 2025-11-24, base rate 2\d\.\d\u00a0%/)
  })

  it('marks winner, ties, baselines and what does not beat them', () => {
    expect(html.match(/<mark class="good">winner<\/mark>/g)).toHaveLength(3)
    expect(html).toContain('>tie</mark>')
    expect(html).toContain('<mark>baseline</mark>')
    expect(html).toContain('not above baseline')
  })

  it('says how a forest does on rows that its trees had not seen', () => {
    expect(html.replaceAll(/\s+/g, ' ')).toContain('(out-of-bag, 1,200 rows): log-loss 0.4321, Brier 0.1234.')
  })

  it('audit: what was found first, what was not checked last, and what a random split would have said', () => {
    const section = html.split('<section id="audit">')[1]!.split('</section>')[0]!
    expect(section).toContain('<b class="warn">1 finding</b>')
    expect(section).toContain('all 11,800 values are the same bits.')
    const marks = [...section.matchAll(/<mark[^>]*>([^<]+)<\/mark>/g)].map(([, word]) => word)
    expect(marks).toEqual(['warning', 'passed', 'not checked'])
    expect(section.replaceAll(/\s+/g, ' ')).toContain('<b>+0.023</b> in AUC and <b>−0.021</b> in log-loss')
  })

  it('features: how many repeat another, are used by no model, have moved; and which say the same', () => {
    const section = html.split('<section id="tags">')[1]!.split('</section>')[0]!
    const text = section.replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ')
    expect(text).toContain(
      '9 features in use. Of these 1 repeat what another says, 0 are used by no model, 4 have moved',
    )
    expect(text).toContain('days_since_purchaseoverdue_ratio')
  })

  it('shows no NaN, undefined or [object Object]', () => {
    expect(html).not.toMatch(/NaN|undefined|\[object/)
  })

  it('every chart is named for screen readers and lies beside as an SVG of its own', async () => {
    const names = (await readdir(join(runDir, 'plots'))).filter((name) => name.endsWith('.svg')).sort()
    expect(names).toEqual(
      [
        'calibration',
        'churn-rate',
        'cumulative-gains',
        'events',
        'gains',
        'importance',
        'leaderboard-auc',
        'leaderboard-log_loss',
        'one-feature-auc',
        'pr',
        'roc',
        'scores-test',
        'scores',
        'slices',
        'tiers',
        'windows',
      ]
        .map((name) => `${name}.svg`)
        .sort(),
    )
    for (const svg of html.match(/<svg[^>]*>/g)!) expect(svg).toMatch(/aria-label="[^"]+" role="img"/)
    const roc = await readFile(join(runDir, 'plots', 'roc.svg'), 'utf8')
    expect(roc).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/)
    expect(roc).toContain('--blue: #1264a3')
  })

  it('tags are balanced', () => {
    for (const tag of ['section', 'table', 'figure', 'details', 'svg', 'div', 'dl', 'ul', 'p']) {
      const open = html.match(new RegExp(`<${tag}[\\s>]`, 'g'))!.length
      expect([tag, html.match(new RegExp(`</${tag}>`, 'g'))!.length]).toEqual([tag, open])
    }
  })

  it('the same run gives the same bytes, and nothing is computed again: a number changed in a file is the number shown', async () => {
    expect(await readFile(await writeReport({ runDir }), 'utf8')).toBe(html)
    const path = join(runDir, 'leaderboard.json')
    const board = JSON.parse(await readFile(path, 'utf8')) as {
      models: { metrics: { test: { auc: { value: number } } } }[]
    }
    board.models[2]!.metrics.test.auc.value = 0.123
    await writeFile(path, JSON.stringify(board))
    expect(await readFile(await writeReport({ runDir }), 'utf8')).toContain('<span class="value">0.123</span>')
  })
})

describe('hostile text', () => {
  it('in user ids, feature names, reasons, sources and the experiment is shown, never run', async () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror='x'>\u202e\u0007`
    const { html } = await report({ hostile })
    expect(html).not.toContain('<script')
    expect(html).not.toContain('<img')
    for (const control of ['\u202e', '\u0007']) expect(html).not.toContain(control)
    expect(html.match(/&lt;script&gt;/g)!.length).toBeGreaterThan(6)
  })
})

describe('user folds', () => {
  it('train, calibrate and select share one lane of the picture and say that they are different users', async () => {
    const { runDir } = await report()
    const path = join(runDir, 'split.json')
    const split = JSON.parse(await readFile(path, 'utf8')) as { mode: string; explanation: string }
    await writeFile(
      path,
      JSON.stringify({ ...split, mode: 'user_folds', explanation: 'different users at the same cutoffs' }),
    )
    const html = await readFile(await writeReport({ runDir }), 'utf8')
    expect(html).toContain('train (folds)')
    expect(html).toContain('different users at the same cutoffs')
  })
})

describe('a run that did not finish', () => {
  it('names the missing file in each section and shows what there is', async () => {
    const { html } = await report({
      omit: [
        'leaderboard.json',
        'split.json',
        'population.json',
        'scoring.json',
        'quality.json',
        'slices.json',
        'importance.json',
        'plots/roc.json',
        'plots/pr.json',
        'plots/gains.json',
        'plots/calibration.json',
        'plots/scores.json',
        'checks.json',
        'timings.json',
        'inputs.json',
        'catalog.json',
      ],
      run: {
        status: 'FAILED',
        error: { code: 'ONE_CLASS', message: 'labels: one class only', hint: 'take a longer horizon' },
      },
    })
    expect(html).toContain('This run is FAILED.')
    expect(html).toContain('labels: one class only')
    expect(html).toContain('leaderboard.json is not in the run&#39;s folder. The run&#39;s status is FAILED')
    expect(html.match(/class="absent"/g)!.length).toBeGreaterThanOrEqual(12)
    expect(html).not.toMatch(/NaN|undefined|\[object/)
  })

  it('a run that writes its own report is not called unfinished; one that is still fitting is', async () => {
    const running = { status: 'RUNNING', finishedAt: null, durationMs: null, exitCode: null, scores: null } as const
    const { html } = await report({ run: running })
    expect(html).not.toMatch(/This run is|RUNNING|not published/)
    expect(html).toMatch(/<dt>how it ended<\/dt>\s*<dd><code>ebb show /)
    const early = await report({ run: running, omit: ['scoring.json', 'leaderboard.json'] })
    expect(early.html).toContain('<b>This run is RUNNING.</b> What it left behind is shown')
  })

  it('each file alone may be missing', async () => {
    for (const name of ['leaderboard.json', 'split.json', 'scoring.json', 'catalog.json']) {
      const { html } = await report({ omit: [name] })
      expect(html, name).not.toMatch(/NaN|undefined|\[object/)
      if (name !== 'catalog.json') expect(html, name).toContain(`${name} is not in the run`)
    }
  })

  it('a torn file is said to be torn', async () => {
    const { runDir } = await report()
    await writeFile(join(runDir, 'slices.json'), '{"model": ')
    const files = await readRunFiles(runDir)
    expect(files.slices).toBeNull()
    expect(files.absences.get('slices.json')).toBe('slices.json is not whole JSON')
  })

  it('a folder without run.json is a usage error', async () => {
    const error = await readRunFiles('/nowhere/at/all').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ kind: 'usage', message: expect.stringContaining('run.json is not in') as string })
  })
})
