import { spawn, spawnSync } from 'node:child_process'
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

function ebb(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Finished {
  const { NO_COLOR: _none, CI: _ci, EBB_DEBUG: _debug, ...inherited } = process.env
  const options = { cwd: folder, encoding: 'utf8' as const, env: { ...inherited, ...env } }
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], options)
  return { code: status, stdout, stderr }
}

describe('ebb in a shell', () => {
  it('--help is on stdout, exits with 0 and takes under 0.4 s of work (the best of three)', () => {
    const meter = "process.on('exit',()=>{const c=process.cpuUsage();process.stderr.write(`${(c.user+c.system)/1e3}`)})"
    const options = { cwd: folder, encoding: 'utf8' as const }
    const times = [1, 2, 3].map(() => {
      const argv = ['--import', `data:text/javascript,${meter}`, main, '--help']
      const { status, stdout, stderr } = spawnSync(process.execPath, argv, options)
      expect([status, stdout.startsWith('ebb: ')]).toEqual([0, true])
      return Number(stderr)
    })
    expect(Math.min(...times)).toBeGreaterThan(0)
    expect(Math.min(...times)).toBeLessThan(400)
  })

  it('without a command it shows the same and exits with 2; help of a command is its own help', () => {
    expect(ebb([]).stdout).toBe(ebb(['help']).stdout)
    expect(ebb([]).code).toBe(2)
    expect(ebb(['help', 'runs']).stdout).toBe(ebb(['runs', '-h']).stdout)
  })

  it('--version is the version of the package', () => {
    expect(ebb(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' })
  })

  it('a mistyped command is one line with what was meant, exit code 2', () => {
    expect(ebb(['shwo'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'ebb shwo: there is no such command; did you mean "ebb show"?\n',
    })
    expect(ebb(['help', 'xyzzy']).stderr).toBe('ebb xyzzy: there is no such command; ebb help lists the commands\n')
    expect(ebb(['--jsn']).stderr).toBe('ebb --jsn: no command given; ebb help lists the commands\n')
  })

  it('a wrong config exits with 2, position and excerpt on stderr and nothing on stdout', () => {
    expect(ebb(['check', 'wrong.yaml'])).toEqual({
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

  it('with --json the same is one JSON document on stderr', () => {
    const { code, stdout, stderr } = ebb(['check', 'wrong.yaml', '--json'])
    expect([code, stdout]).toEqual([2, ''])
    const document = JSON.parse(stderr) as { code: string; line: number; faults: unknown[] }
    expect(document).toMatchObject({ code: 'CONFIG_MISSING_KEY', file: 'wrong.yaml', line: 7, column: 1, hint: null })
    expect(document.faults).toHaveLength(2)
  })

  it('input that is not there exits with 20 and leaves a failed run, nothing published', () => {
    const { code, stdout, stderr } = ebb(['run', 'shop.yaml', '--runs', 'missing'])
    expect([code, stdout]).toEqual([20, ''])
    expect(stderr).toMatch(/app\.csv/)
    expect(stderr).not.toMatch(/\n\s+at /)
    const [run] = (
      JSON.parse(ebb(['runs', '--runs', 'missing', '--json']).stdout) as { runs: Record<string, unknown>[] }
    ).runs
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
