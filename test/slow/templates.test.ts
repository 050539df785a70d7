import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { locate } from '../../core/locate.ts'
import { tradeNames } from '../../data/trade-parameters.ts'

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'ebb-templates-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const ebb = (cwd: string, ...argv: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [locate('cli/main.js'), ...argv], { cwd, encoding: 'utf8' })

describe.each(tradeNames)('the template %s', (name) => {
  it('goes from ebb init to a report with no edit: models beat the baselines, no check fails or warns', () => {
    expect(ebb(root, 'init', '--template', name, name)).toMatchObject({
      status: 0,
      stdout: `config ${name}/churn.yaml\n`,
    })
    const folder = join(root, name)
    const run = ebb(folder, 'run', 'churn.yaml', '--json')
    expect(run.stderr).toBe('')
    const { runDir, report, scores, winner } = JSON.parse(run.stdout) as Record<string, string>
    expect(existsSync(join(folder, report!))).toBe(true)
    expect(existsSync(join(folder, scores!))).toBe(true)
    const checks = JSON.parse(readFileSync(join(folder, runDir!, 'checks.json'), 'utf8')) as {
      name: string
      passed: boolean
      message: string
    }[]
    expect(checks.filter(({ passed }) => !passed).map((check) => `${check.name}: ${check.message}`)).toEqual([])
    const metrics = JSON.parse(readFileSync(join(folder, runDir!, 'metrics.json'), 'utf8')) as Record<string, number>
    const of = (model: string, metric: string): number => metrics[`test.${model}.${metric}`]!
    expect(of(winner!, 'auc')).toBeGreaterThan(Math.max(0.6, of('recency_logistic', 'auc')))
    expect(of(winner!, 'log_loss')).toBeLessThan(of('base_rate', 'log_loss'))
    expect(ebb(folder, 'analyze', 'definition', 'churn.yaml').status).toBe(0)
  })
})
