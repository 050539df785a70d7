import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ebbHere } from '../cli/ebb-here.ts'
import { tinyShop } from '../support/tiny-shop.ts'
import { config, lines } from './bad-input-cases.ts'

it('a folder that cannot be written to is said before anything runs: one line, exit code 2', async () => {
  const folder = await tinyShop({ lines, config })
  const run = (...argv: string[]) => ebbHere('run', join(folder, 'shop.yaml'), ...argv)
  const events = join(folder, 'events.csv')
  const says = (role: string, path: string) =>
    `ebb: ${role}: ${path}: ${events} is a file, not a folder, expected a folder to write to; name another folder, or change its permissions; nothing was run\n`
  const [out, runs] = [await run('--out', events, '--runs', join(folder, 'runs')), await run('--runs', events)]
  expect([out.code, out.stderr]).toEqual([2, says('--out', join(events, 'scores'))])
  expect([runs.code, runs.stderr]).toEqual([2, says('--runs', events)])
  writeFileSync(join(folder, 'excluded'), '')
  const excluded = await run('--out', folder, '--runs', join(folder, 'runs'))
  expect([excluded.code, excluded.stderr.includes('excluded is a file')]).toEqual([2, true])
  expect(existsSync(join(folder, 'runs'))).toBe(false)
  expect(readdirSync(folder).filter((name) => name.includes('probe'))).toEqual([])
  await rm(folder, { recursive: true })
})

it('--json brings the warnings of the run along: here a lookback that is longer than the data before the cutoffs', async () => {
  const folder = await tinyShop({ lines, config })
  const places = ['--runs', join(folder, 'runs'), '--out', folder]
  const set = ['-s', 'features.lookbackDays=[90]', '-s', 'resources.threads=1', '-s', 'evaluate.bootstrap=0']
  const { code, stdout } = await ebbHere('run', join(folder, 'shop.yaml'), ...places, ...set, '--json')
  const document = JSON.parse(stdout) as { warnings: { name: string; message: string }[] }
  expect([code, Object.keys(document)[0]]).toEqual([0, 'schemaVersion'])
  expect(document.warnings).toContainEqual({
    name: 'lookback.history',
    observed: '57 days before 2025-03-01',
    expected: '90 days of data before every training cutoff',
    message:
      'lookbacks of 90 days at 2025-03-01, 2025-03-16, 2025-03-31, where the data begin on 2025-01-03: sums over them are lifetime sums there and do not carry over to later cutoffs; begin with cutoffs.from: 2025-04-03, or shorten features.lookbackDays',
  })
  const checked = await ebbHere('check', join(folder, 'shop.yaml'), '--data', ...set)
  expect(checked.code).toBe(0)
  expect(checked.stdout).toMatch(/^warn lookback\.history: lookbacks of 90 days at 2025-03-01, /m)
  await rm(folder, { recursive: true })
})
