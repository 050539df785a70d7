import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { locate } from '../../core/locate.ts'
import { smallest } from '../configs/write-configs.ts'

/** The compiled command in a process of its own, as a user calls it. */
const main = locate('cli/main.js')
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-cli-'))
  writeFileSync(join(folder, 'shop.yaml'), smallest)
  writeFileSync(join(folder, 'wrong.yaml'), smallest.replace('horizonDays', 'horizon_days'))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function node(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Finished> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, argv, { cwd: folder, env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

function ebb(...argv: readonly string[]): Promise<Finished> {
  const { NO_COLOR: _none, CI: _ci, EBB_DEBUG: _debug, ...inherited } = process.env
  return node([main, ...argv], inherited)
}

it('--help is on stdout, exits with 0 and takes under 0.4 s of work (the best of three)', async () => {
  const meter = "process.on('exit',()=>{const c=process.cpuUsage();process.stderr.write(`${(c.user+c.system)/1e3}`)})"
  const argv = ['--import', `data:text/javascript,${meter}`, main, '--help']
  let best = Infinity
  for (let attempt = 0; attempt < 3; attempt++) {
    const { code, stdout, stderr } = await node(argv)
    expect([code, stdout.startsWith('ebb: ')]).toEqual([0, true])
    best = Math.min(best, Number(stderr))
  }
  expect(best).toBeGreaterThan(0)
  expect(best).toBeLessThan(400)
})

// Side by side: each has a process of its own and waits for it.
describe.concurrent('ebb in a shell', () => {
  it('without a command it shows the same and exits with 2; help of a command is its own help', async () => {
    const [bare, help, helpOfRuns, runsHelp] = await Promise.all([
      ebb(),
      ebb('help'),
      ebb('help', 'runs'),
      ebb('runs', '-h'),
    ])
    expect([bare.code, bare.stdout]).toEqual([2, help.stdout])
    expect(helpOfRuns.stdout).toBe(runsHelp.stdout)
  })

  it('--version is the version of the package', async () => {
    expect(await ebb('--version')).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' })
  })

  it('a mistyped command is one line with what was meant, exit code 2', async () => {
    const [near, unknown, none] = await Promise.all([ebb('shwo'), ebb('help', 'xyzzy'), ebb('--jsn')])
    expect(near).toEqual({
      code: 2,
      stdout: '',
      stderr: 'ebb shwo: there is no such command; did you mean "ebb show"?\n',
    })
    expect(unknown.stderr).toBe('ebb xyzzy: there is no such command; ebb help lists the commands\n')
    expect(none.stderr).toBe('ebb --jsn: no command given; ebb help lists the commands\n')
  })

  it('a wrong config exits with 2, position and excerpt on stderr and nothing on stdout', async () => {
    expect(await ebb('check', 'wrong.yaml')).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'wrong.yaml:7:1  churn.horizonDays: this key is missing (Length of the prediction window), expected a whole number from 1 to 3660',
        '  7 | churn:',
        'wrong.yaml:11:3  churn.horizon_days: unknown key, did you mean "horizonDays"?',
        '  11 |   horizon_days: 30',
        '2 faults; ebb explain CODE tells more: CONFIG_MISSING_KEY, CONFIG_UNKNOWN_KEY',
        '',
      ].join('\n'),
    })
  })

  it('with --json the same is one JSON document on stderr', async () => {
    const { code, stdout, stderr } = await ebb('check', 'wrong.yaml', '--json')
    expect([code, stdout]).toEqual([2, ''])
    const document = JSON.parse(stderr) as { code: string; line: number; faults: unknown[] }
    expect(document).toMatchObject({ code: 'CONFIG_MISSING_KEY', file: 'wrong.yaml', line: 7, column: 1, hint: null })
    expect(document.faults).toHaveLength(2)
  })

  it('input that is not there exits with 20 and leaves a failed run, nothing published', async () => {
    const { code, stdout, stderr } = await ebb('run', 'shop.yaml', '--runs', 'missing')
    expect([code, stdout]).toEqual([20, ''])
    expect(stderr).toMatch(/app\.csv/)
    expect(stderr).not.toMatch(/\n\s+at /)
    const listed = await ebb('runs', '--runs', 'missing', '--json')
    const [run] = (JSON.parse(listed.stdout) as { runs: Record<string, unknown>[] }).runs
    expect(run).toMatchObject({ status: 'FAILED', exitCode: 20, scores: null, winner: null })
  })

  it('a reader that goes away early is no error', async () => {
    const child = spawn(process.execPath, [main, 'schema'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.once('data', () => child.stdout.destroy())
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))
    const code = await new Promise((resolve) => child.once('exit', resolve))
    expect([code, stderr]).toEqual([0, ''])
  })
})
