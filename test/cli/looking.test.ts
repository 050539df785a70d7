import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallest } from '../configs/write-configs.ts'
import { ebbHere } from './ebb-here.ts'
import { writeRun } from './write-run.ts'

let folder = ''
let runs = ''
let shop = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-cli-'))
  runs = join(folder, 'runs')
  shop = join(folder, 'shop.yaml')
  writeFileSync(shop, smallest)
  writeRun(runs, { id: '20260101T000000Z-aaaaaa', logLoss: 0.41, seed: 1 })
  writeRun(runs, { id: '20260102T000000Z-bbbbbb', logLoss: 0.4, seed: 2 })
  mkdirSync(join(runs, '20260103T000000Z-cccccc'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const keysOf = (json: string): string[] => Object.keys(JSON.parse(json) as object)

describe('ebb runs', () => {
  it('is a table, newest first, damaged runs included', async () => {
    const { code, stdout, stderr } = await ebbHere('runs', '--runs', runs)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.trimEnd().split('\n')).toEqual([
      'run                      status     experiment   took  winner     loss     auc',
      '20260103T000000Z-cccccc  corrupt',
      '20260102T000000Z-bbbbbb  succeeded  shop        1m 5s  boosted  0.4000  0.8000',
      '20260101T000000Z-aaaaaa  succeeded  shop        1m 5s  boosted  0.4100  0.8000',
    ])
  })

  it('--json: keys never vanish', async () => {
    const { stdout } = await ebbHere('runs', '--json', '--runs', runs)
    const document = JSON.parse(stdout) as { runs: Record<string, unknown>[] }
    expect(Object.keys(document)).toEqual(['schemaVersion', 'total', 'runs'])
    expect(new Set(document.runs.map((run) => Object.keys(run).join())).size).toBe(1)
    expect(document.runs[1]).toMatchObject({
      status: 'SUCCEEDED',
      winner: 'boosted',
      test: { log_loss: 0.4, auc: 0.8 },
    })
  })

  it('filters by status, experiment and limit, and says when it cuts', async () => {
    const succeeded = await ebbHere('runs', '--runs', runs, '--status', 'succeeded', '--experiment', 'shop')
    expect(succeeded.stdout.trim().split('\n')).toHaveLength(3)
    expect((await ebbHere('runs', '--runs', runs, '--experiment', 'other')).stdout).toBe('')
    expect((await ebbHere('runs', '--runs', runs, '--limit', '1')).stderr).toBe('2 more; --limit 0 shows all\n')
    expect(await ebbHere('runs', '--limit', 'x')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'ebb runs --limit: not allowed, expected a number, got "x"\n',
    })
    expect((await ebbHere('runs', '--runs', join(folder, 'nowhere'))).stderr).toMatch(/^no runs in /)
  })
})

describe('ebb show, diff and report', () => {
  it('show takes the beginning of an id and @best:METRIC, and shows record, leaderboard and files', async () => {
    const { code, stdout } = await ebbHere('show', '20260102', '--runs', runs)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^run +20260102T000000Z-bbbbbb\nstatus +SUCCEEDED \(exit code 0\)/)
    expect(stdout).toMatch(/^\* +boosted +platt +0\.3900 +0\.4000 \[0\.3900, 0\.4100\] +0\.8000$/m)
    expect(stdout).toMatch(/\nfiles\nconfig\.resolved\.json\ninputs\.json/)
    const best = await ebbHere('show', '@best:log_loss', '--json', '--runs', runs)
    expect(keysOf(best.stdout)).toEqual([
      'schemaVersion',
      'id',
      'dir',
      'status',
      'record',
      'leaderboard',
      'metrics',
      'files',
    ])
    expect(best.stdout).toContain('20260102T000000Z-bbbbbb')
  })

  it('a beginning that several runs share, and an unknown run, are one line and exit code 2', async () => {
    const shared = await ebbHere('show', '2026', '--runs', runs)
    expect([shared.code, shared.stdout]).toEqual([2, ''])
    expect(shared.stderr).toMatch(/^ebb: run "2026": 3 runs start like this.*\n$/)
    expect((await ebbHere('show', 'x', '--runs', runs)).stderr).toMatch(/^ebb: run "x": no such run.*\n$/)
  })

  it('diff shows the config and the metrics that differ, seed 1 and 2, log-loss .41 and .40', async () => {
    const { stdout, code } = await ebbHere('diff', '20260101', '20260102', '--runs', runs)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^config +a +b\nseed +1 +2$/m)
    expect(stdout).toMatch(/^test\.boosted\.log_loss +0\.4100 +0\.4000 +-0\.0100$/m)
    expect(stdout).not.toMatch(/_low/)
    expect((await ebbHere('diff', '20260101', '20260102', '--all', '--runs', runs)).stdout).toMatch(/log_loss_low/)
    expect((await ebbHere('diff', '20260101', '20260101', '--runs', runs)).stdout).toMatch(/nothing differs\n$/)
    const json = await ebbHere('diff', '20260101', '20260102', '--json', '--runs', runs)
    expect(keysOf(json.stdout)).toEqual([
      'schemaVersion',
      'a',
      'b',
      'params',
      'config',
      'metrics',
      'inputs',
      'versions',
    ])
  })

  it('in a pipe nothing is cut: two values of 100 letters are whole', async () => {
    const [a, b] = ['a'.repeat(100), 'b'.repeat(100)]
    for (const [id, value] of [
      ['20260104T000000Z-dddddd', a],
      ['20260105T000000Z-eeeeee', b],
    ] as const) {
      writeRun(runs, { id, logLoss: 0.4, seed: 1 })
      writeFileSync(join(runs, id, 'config.resolved.json'), JSON.stringify({ experiment: value, seed: 1 }))
    }
    const { stdout } = await ebbHere('diff', '20260104', '20260105', '--runs', runs)
    expect(stdout).toContain(`${a}  ${b}\n`)
    for (const id of ['20260104T000000Z-dddddd', '20260105T000000Z-eeeeee']) rmSync(join(runs, id), { recursive: true })
  })

  it('report writes report.html again and prints its path', async () => {
    const path = join(runs, '20260102T000000Z-bbbbbb', 'report.html')
    expect(await ebbHere('report', '20260102', '--runs', runs)).toEqual({ code: 0, stdout: `${path}\n`, stderr: '' })
    const json = await ebbHere('report', '20260102', '--json', '--runs', runs)
    expect(JSON.parse(json.stdout)).toEqual({ schemaVersion: 1, run: '20260102T000000Z-bbbbbb', report: path })
  })
})

describe('looking at a config', () => {
  it('config shows every default, and where values come from', async () => {
    expect((await ebbHere('config', shop)).stdout).toMatch(/^version: 1\nexperiment: shop\n/)
    const origins = await ebbHere('config', shop, '--origin', '-s', 'seed=4')
    expect(origins.stdout).toMatch(/^seed = 4 +# -s seed=4$/m)
    expect(origins.stdout).toMatch(/^timeZone = "UTC" +# default$/m)
    expect(origins.stdout).toMatch(/^churn\.horizonDays = 30 +# .*shop\.yaml:11$/m)
    const json = await ebbHere('config', shop, '--json')
    expect(keysOf(json.stdout)).toEqual(['schemaVersion', 'file', 'hash', 'overrides', 'config', 'origin'])
  })

  it('a day that is no day is refused before anything is read', async () => {
    expect(await ebbHere('config', shop, '--as-of', '2026-02-30')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'ebb: --as-of: not a calendar day, expected YYYY-MM-DD between 1970-01-01 and 2149-06-06, got "2026-02-30"\n',
    })
  })

  it('check without data passes; features lists by family; schema is the JSON Schema', async () => {
    expect(await ebbHere('check', shop)).toMatchObject({ code: 0, stderr: '' })
    const checked = await ebbHere('check', shop, '--json')
    expect(keysOf(checked.stdout)).toEqual(['schemaVersion', 'passed', 'config', 'hash', 'checks', 'summary'])
    const features = await ebbHere('features', shop, '--family', 'lifecycle')
    expect(features.stdout).toMatch(/^lifecycle \(\d+\)\n {2}\w+/)
    expect(keysOf((await ebbHere('features', shop, '--json')).stdout)).toEqual(['schemaVersion', 'features'])
    expect(JSON.parse((await ebbHere('schema')).stdout)).toMatchObject({ title: 'Ebb experiment' })
  })
})

describe('help for people', () => {
  it('explain tells of one code, of all, and of what was meant', async () => {
    const one = await ebbHere('explain', 'config-unknown-key')
    expect(one.stdout).toMatch(/^CONFIG_UNKNOWN_KEY \(exit code 2\)\n\nA key is not known/)
    expect((await ebbHere('explain')).stdout.split('\n').length).toBeGreaterThan(60)
    expect(keysOf((await ebbHere('explain', 'LOCK_HELD', '--json')).stdout)).toEqual(['schemaVersion', 'codes'])
    expect(await ebbHere('explain', 'LOCK_HELT')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'ebb explain LOCK_HELT: there is no such code; did you mean LOCK_HELD?\n',
    })
  })

  it('doctor finds this machine fit, and a folder that is not there unfit', async () => {
    const here = await ebbHere('doctor', '--out', folder)
    expect([here.code, here.stdout]).toEqual([0, expect.stringMatching(/^ok +engine +duckdb/m)])
    const away = await ebbHere('doctor', '--out', join(folder, 'no', 'folder'), '--json')
    expect(away.code).toBe(1)
    expect(JSON.parse(away.stdout)).toMatchObject({ schemaVersion: 1, passed: false })
  })

  it.each(['bash', 'zsh', 'fish'])('completion %s names every command', async (shell) => {
    const { code, stdout } = await ebbHere('completion', shell)
    expect(code).toBe(0)
    for (const name of ['run', 'check', 'simulate', 'verify']) expect(stdout).toMatch(new RegExp(`\\b${name}\\b`))
    expect(keysOf((await ebbHere('completion', shell, '--json')).stdout)).toEqual(['schemaVersion', 'shell', 'script'])
  })

  it('completion for an unknown shell is bad usage', async () => {
    const stderr = 'ebb completion: not allowed, expected one of bash, zsh, fish, got "bsh"; did you mean "bash"?\n'
    expect(await ebbHere('completion', 'bsh')).toMatchObject({ code: 2, stdout: '', stderr })
    expect(await ebbHere('completion', 'toString')).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('ebb simulate and verify', () => {
  it('simulate writes a small shop, and refuses a folder with other files or no users', async () => {
    const made = await ebbHere('simulate', join(folder, 'sim'), '--users', '50', '--days', '120', '--json')
    expect(made.code).toBe(0)
    expect(JSON.parse(made.stdout)).toMatchObject({
      schemaVersion: 1,
      users: 50,
      start: '2025-01-06',
      end: '2025-05-06',
    })
    expect(await ebbHere('simulate', runs)).toMatchObject({ code: 2, stdout: '' })
    const none = await ebbHere('simulate', join(folder, 'none'), '--users', '0')
    expect([none.code, none.stderr.startsWith('ebb simulate --users: ')]).toEqual([2, true])
  })

  it('verify of a folder that is no publication exits with 20', async () => {
    expect(await ebbHere('verify', runs)).toMatchObject({ code: 20, stdout: '' })
  })
})
