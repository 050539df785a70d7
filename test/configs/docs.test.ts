import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configKeys } from '../../configs/key-list.ts'
import { metricNames } from '../../evaluation/registry.ts'
import { ebbHere } from '../cli/ebb-here.ts'
import { faultLines, loadText } from './write-configs.ts'

const docs = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'config.md'), 'utf8')

describe('docs/config.md', () => {
  it('ends with what `ebb schema --keys` prints', async () => {
    const { stdout } = await ebbHere('schema', '--keys')
    expect(docs.endsWith(`\`\`\`\n${stdout}\`\`\`\n`), 'node scripts/write-config-docs.mjs').toBe(true)
  })

  it('its example is valid', async () => {
    const example = /## An example\n\n```yaml\n([\s\S]*?)```/.exec(docs)![1]!
    expect(await faultLines(loadText(example))).toEqual([])
    const { config } = await loadText(example, { profile: 'dev' })
    expect(Object.keys(config.models)).toEqual(['logistic', 'boosted', 'network'])
  })

  it('names every metric', () => {
    expect(metricNames.filter((name) => !docs.includes(`\`${name}\``))).toEqual([])
  })
})

describe('the list of keys', () => {
  const keys = configKeys()
  const find = (key: string) => keys.filter((one) => one.key === key)

  it('knows what must be written, and the default of what need not', () => {
    expect(keys.filter(({ depth, isRequired }) => depth === 0 && isRequired).map(({ key }) => key)).toEqual([
      'version',
      'experiment',
      'sources',
      'churn',
      'models',
    ])
    expect(find('holdout')).toEqual([expect.objectContaining({ default: '0.05', isRequired: false, depth: 1 })])
  })

  it('shows every kind of model and of label, one deeper than the name', () => {
    const kinds = keys.filter(({ key }) => key.startsWith('kind: '))
    for (const kind of ['gbdt', 'forest', 'mlp', 'logistic', 'churn_date', 'explicit'])
      expect(kinds.map(({ key }) => key)).toContain(`kind: ${kind}`)
    expect(find('kind: gbdt')[0]!.depth).toBe(2)
    expect(find('maxLeaves')[0]!.depth).toBe(3)
  })
})
