import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../configs/load.ts'
import { readTemplate, templateNames } from '../../configs/templates.ts'
import { tradeParameters } from '../../data/trade-parameters.ts'
import { trades } from '../../data/simulator/trades/trades.ts'
import { tradeEventTypes } from '../../data/simulator/trades/trade.ts'
import { openDuckDb } from '../../engines/duckdb/engine.ts'
import type { Engine } from '../../engines/engine.ts'
import { analyzeDefinition } from '../../pipelines/analyze-definition.ts'
import { checkConfig } from '../../pipelines/check.ts'
import { initTemplate } from '../../pipelines/init-template.ts'

let root: string
let engine: Engine
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ebb-init-'))
  engine = await openDuckDb({ threads: 2, memoryBytes: 500_000_000, tempDirectory: join(root, 'spill') })
})
afterAll(async () => {
  await engine.close()
  await rm(root, { recursive: true, force: true })
})

const around = { signal: new AbortController().signal, emit: () => undefined }
const resources = { threads: 2, memoryBytes: 1e9 }

describe.each(templateNames)('the template %s', (name) => {
  it('is a config without fault that names the columns, events and windows of its simulated log', async () => {
    const path = join(root, `${name}.yaml`)
    await writeFile(path, await readTemplate(name))
    const { config } = await loadConfig({ path, env: {} })
    const trade = trades[name]
    const { label } = trade
    expect(config.experiment).toBe(name)
    expect(config.churn).toMatchObject({ horizonDays: label.horizonDays, gapDays: label.gapDays })
    const source = config.sources['log']!
    const { user, time, type } = trade.columns
    expect(source.columns).toMatchObject({ user_id: user, event_time: time, event_type: type })
    expect([...source.contract.event_type!.values!].sort()).toEqual([...tradeEventTypes(trade)].sort())
    if (typeof config.churn.eligible === 'object' && 'events' in config.churn.eligible)
      expect(config.churn.eligible).toEqual({ events: [...label.events], withinDays: label.eligibleDays })
  })
})

describe('ebb init --template', () => {
  it('saas: a small folder that checks with its data, and whose definition can be analysed', async () => {
    const dir = join(root, 'saas')
    await mkdir(dir)
    await writeFile(join(dir, '.gitignore'), 'node_modules/\nruns/')
    const parameters = tradeParameters('saas').parse({ users: 300 })
    const outcome = await initTemplate({ engine, dir, parameters, ...around })
    expect((await readdir(dir)).sort()).toEqual(['.gitignore', 'README.md', 'churn.yaml', 'data', 'ebb.v1.schema.json'])
    expect(await readFile(join(dir, '.gitignore'), 'utf8')).toBe(
      'node_modules/\nruns/\nscores/\nexcluded/\nanalysis/\ndata/\n',
    )
    expect((await readFile(outcome.config, 'utf8')).split('\n')[0]).toBe(
      '# yaml-language-server: $schema=ebb.v1.schema.json',
    )
    const loaded = await loadConfig({ path: outcome.config, env: {} })
    const { checks } = await checkConfig({ loaded, asOf: null, withData: true, ...around, resources })
    expect(checks.filter(({ passed }) => !passed)).toEqual([])
    const options = { horizonDays: null, threshold: 0.1, maxDays: null, outDir: join(dir, 'analysis') }
    const { lab, files } = await analyzeDefinition({ loaded, asOf: null, ...options, ...around, resources })
    expect(lab).toMatchObject({ events: ['login'], horizonDays: 30 })
    const page = await readFile(files[0]!, 'utf8')
    expect(page).toContain('Definition lab')
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)/)
    expect(JSON.parse(await readFile(files[1]!, 'utf8'))).toEqual(JSON.parse(JSON.stringify(lab)))
  })

  it('overwrites nothing: a folder with a config is refused and stays as it is', async () => {
    const dir = join(root, 'mine')
    await mkdir(dir)
    await writeFile(join(dir, 'churn.yaml'), 'mine')
    const parameters = tradeParameters('game').parse({ users: 5 })
    await expect(initTemplate({ engine, dir, parameters, ...around })).rejects.toMatchObject({
      code: 'INIT_EXISTS',
      kind: 'usage',
      message: expect.stringContaining('would overwrite churn.yaml'),
    })
    expect(await readdir(dir)).toEqual(['churn.yaml'])
  })
})
