import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../configs/load.ts'
import { possibleFeatures } from '../../configs/possible-features.ts'

const folder = join(import.meta.dirname, '..', '..', 'configs')
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

describe('the configs that come with Ebb', () => {
  it('quickstart and benchmark are among them', () => {
    expect(files).toEqual(expect.arrayContaining(['cdnow-benchmark.yaml', 'quickstart.yaml']))
  })

  it.each(files)('%s is valid with every profile, and names its schema in the first line', async (name) => {
    const path = join(folder, name)
    const { config } = await loadConfig({ path, env: {} })
    expect(readFileSync(path, 'utf8').split('\n')[0]).toBe('# yaml-language-server: $schema=ebb.v1.schema.json')
    expect(Object.keys(config.models).length).toBeGreaterThan(1)
  })

  it('the quickstart compares the four kinds of model', async () => {
    const { config } = await loadConfig({ path: join(folder, 'quickstart.yaml'), env: {} })
    const kinds = Object.values(config.models).map((model) => model.kind)
    expect(new Set(kinds)).toEqual(new Set(['logistic', 'gbdt', 'forest', 'mlp']))
  })

  it('the benchmark keeps the published protocol: 181 days from 1998-01-01, everyone, trained by 1997-07-04', async () => {
    const { config } = await loadConfig({ path: join(folder, 'cdnow-benchmark.yaml'), env: {} })
    expect(config.churn).toMatchObject({ horizonDays: 181, gapDays: 0, eligible: 'any_history' })
    expect(config.dataEnd).toBe('1998-07-01')
    const cutoffs = config.cutoffs as readonly string[]
    expect(cutoffs.toSorted().at(-1)).toBe('1998-01-01')
    expect(cutoffs.toSorted().at(-2)! <= '1997-07-04').toBe(true)
  })
})

describe('possible features', () => {
  it('names the features that a config can have, and refuses to drop one that it cannot', async () => {
    const { config } = await loadConfig({ path: join(folder, 'quickstart.yaml'), env: {} })
    const names = possibleFeatures(config).features.map(({ name }) => name)
    expect(names).toContain('days_since_purchase')
    expect(() => possibleFeatures({ ...config, features: { ...config.features, drop: ['nothing'] } })).toThrow(
      /nothing/,
    )
  })
})
