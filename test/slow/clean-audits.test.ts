import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import type { AuditReport } from '../../core/audit-artifacts.ts'
import { ebbHere } from '../cli/ebb-here.ts'

/**
 * What the audit of a config says against it, in strict mode. The one model that it fits, for the random split, is not looked at:
 * no search for its penalty.
 */
async function told(config: string): Promise<string[]> {
  const { stdout, stderr } = await ebbHere('audit', config, '--strict', '--json', '-s', 'models.logistic.strength=0.1')
  if (stdout === '') return [stderr]
  const { checks } = JSON.parse(stdout) as AuditReport
  return checks
    .filter(({ status }) => status === 'failed' || status === 'warned')
    .map(({ name, observed }) => `${name}: ${observed}`)
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ebb-clean-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

it.each(['quickstart', 'cdnow-benchmark'])('the audit finds nothing in %s', async (name) => {
  expect(await told(`configs/${name}.yaml`)).toEqual([])
})

it.each(['ecommerce', 'saas', 'content', 'game', 'education', 'finance', 'travel', 'telecom'])(
  'the audit finds nothing in the template %s',
  (name) =>
    withFolder(async (folder) => {
      const place = join(folder, name)
      const made = await ebbHere('init', place, '--template', name)
      expect(made.code).toBe(0)
      const config = (await readdir(place)).find((file) => file.endsWith('.yaml'))
      expect(await told(join(place, config!))).toEqual([])
    }),
)

it.each(Array.from({ length: 50 }, (_, i) => i + 1))(
  'the audit finds nothing in the simulated shop of seed %i',
  (seed) =>
    withFolder(async (folder) => {
      const data = join(folder, 'data')
      expect((await ebbHere('simulate', data, '--users', '800', '--seed', String(seed))).code).toBe(0)
      const lines = [
        'version: 1',
        `extends: ${resolve('configs/simulated.yaml')}`,
        'experiment: clean',
        'sources:',
        `  app: { path: ${data}/app/part-*.parquet, ids: { table: ${data}/ids-app.csv } }`,
        `  web: { path: ${data}/web/part-*.parquet, ids: { table: ${data}/ids-web.csv } }`,
        `attributes: { customer: { path: ${data}/customers/part-*.parquet } }`,
      ]
      await writeFile(join(folder, 'clean.yaml'), `${lines.join('\n')}\n`)
      expect(await told(join(folder, 'clean.yaml'))).toEqual([])
    }),
)
