import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../configs/load.ts'
import { faultLines, loadText, loadTexts, smallest } from './write-configs.ts'

describe('what a config becomes', () => {
  it('the smallest config gets every default: seed 1, UTC, gap 0, 1,000 resamples, hold-out .05', async () => {
    const { config } = await loadText(smallest)
    expect(config.seed).toBe(1)
    expect(config.timeZone).toBe('UTC')
    expect(config.churn.gapDays).toBe(0)
    expect(config.evaluate.bootstrap).toBe(1000)
    expect(config.scores).toMatchObject({ path: 'scores', holdout: 0.05, tiers: { high: 'top 10%', mid: 'top 30%' } })
    expect(config.models['line']).toMatchObject({ kind: 'logistic', l1Ratio: 0, strength: 'auto' })
  })

  it('is frozen all the way down', async () => {
    const { config } = await loadText(smallest)
    expect(
      Object.isFrozen(config) && Object.isFrozen(config.churn.labels) && Object.isFrozen(config.features.use),
    ).toBe(true)
  })

  it('keeps the text of the file as it was read, comments included', async () => {
    const text = `# why\n${smallest}`
    expect((await loadText(text)).sourceText).toBe(text)
  })

  it('keys that begin with x- are notes at any depth, and serve as anchors', async () => {
    const text = smallest
      .replace('sources:', 'x-words: &stay [purchase, login]\nsources:')
      .replace('events: [purchase] }\n  target', 'events: *stay, x-why: shop and app }\n  target')
    const { config } = await loadText(text)
    expect(config.churn.labels['silent']).toEqual({ kind: 'no_event_in_window', events: ['purchase', 'login'] })
    expect(config).not.toHaveProperty('x-words')
  })
})

describe('merging: defaults < extends < file < --profile < -s', () => {
  const files = {
    'child.yaml':
      'extends: base.yaml\nexperiment: child\nchurn: { horizonDays: 60 }\nfeatures: { lookbackDays: [14] }\nprofiles:\n  quick: { churn.horizonDays: 10, evaluate: { bootstrap: 50 } }\n',
    'base.yaml': `${smallest}seed: 7\nfeatures: { lookbackDays: [30, 90], drop: [] }\n`,
  }

  it('maps merge key by key, lists are replaced', async () => {
    const { config } = await loadTexts(files)
    expect(config.experiment).toBe('child')
    expect(config.seed).toBe(7)
    expect(config.churn.horizonDays).toBe(60)
    expect(config.churn.target).toBe('silent')
    expect(config.features.lookbackDays).toEqual([14])
  })

  it('a profile wins over the file, -s over the profile, a later -s over an earlier one', async () => {
    const quick = await loadTexts(files, { profile: 'quick' })
    expect([quick.config.churn.horizonDays, quick.config.evaluate.bootstrap]).toEqual([10, 50])
    const set = ['churn.horizonDays=20', 'churn.horizonDays=21', 'scores.tiers={high: top 5%}']
    const both = await loadTexts(files, { profile: 'quick', set })
    expect([both.config.churn.horizonDays, both.config.evaluate.bootstrap]).toEqual([21, 50])
    expect(both.config.scores.tiers).toEqual({ high: 'top 5%' })
    expect(both.overrides).toEqual({ profile: 'quick', set })
  })

  it('null takes an inherited entry away', async () => {
    const text = `${smallest}  rule: { kind: base_rate }\nprofiles: { lean: { models.rule: null } }\n`
    expect(Object.keys((await loadText(text)).config.models)).toEqual(['line', 'rule'])
    expect(Object.keys((await loadText(text, { profile: 'lean' })).config.models)).toEqual(['line'])
    expect(Object.keys((await loadText(text, { set: ['models.rule=null'] })).config.models)).toEqual(['line'])
  })

  it('says of every value where it came from', async () => {
    const { origin } = await loadTexts(files, { profile: 'quick', set: ['seed=9'] })
    const from = (path: string) => origin.get(path)?.from
    expect(from('seed')).toBe('command line')
    expect(origin.get('seed')?.text).toBe('-s seed=9')
    expect(from('churn.horizonDays')).toBe('profile')
    expect(from('experiment')).toBe('file')
    expect(origin.get('experiment')?.line).toBe(2)
    expect(from('churn.target')).toBe('extends')
    expect(from('churn.gapDays')).toBe('default')
  })

  it('files may extend in a chain, never in a circle', async () => {
    const chain = {
      'c.yaml': 'extends: sub/b.yaml\n',
      'sub/b.yaml': 'extends: ../a.yaml\nseed: 5\n',
      'a.yaml': smallest,
    }
    expect((await loadTexts(chain)).config.seed).toBe(5)
    const circle = { 'a.yaml': 'extends: b.yaml\n', 'b.yaml': 'extends: a.yaml\n' }
    expect(await faultLines(loadTexts(circle))).toEqual([
      '1:10  extends: this file extends itself, by way of others, expected no circle',
    ])
  })
})

describe('paths of inputs', () => {
  it('are relative to the file that says them, on the command line to the working folder', async () => {
    const files = {
      'team/shop.yaml':
        'extends: ../base.yaml\nsources:\n  web: { path: [web/*.csv, web2.csv], columns: { user_id: u, event_time: t }, set: { event_type: view } }\n',
      'base.yaml': smallest.replace('app.csv', 'logs/app.csv'),
    }
    const { config, baseDir } = await loadTexts(files)
    expect(config.sources['web']!.path).toEqual(['web/*.csv', 'web2.csv'])
    expect(config.sources['app']!.path).toBe('../logs/app.csv')
    const set = await loadTexts(files, { set: ['sources.app.path=here.csv'] })
    expect(join(set.baseDir, String(set.config.sources['app']!.path))).toBe(join(process.cwd(), 'here.csv'))
    expect(baseDir.endsWith('/team')).toBe(true)
  })

  it('absolute paths stay', async () => {
    const { config } = await loadText(smallest, { set: ['sources.app.path=/data/app.csv'] })
    expect(config.sources['app']!.path).toBe('/data/app.csv')
  })
})

describe('placeholders', () => {
  const withSeed = (value: string) => `${smallest}seed: ${value}\n`

  it('an unquoted value is read as YAML after the replacement, a quoted one stays text', async () => {
    expect((await loadText(withSeed('${env:SEED}'), { env: { SEED: '12' } })).config.seed).toBe(12)
    expect((await loadText(withSeed('${env:SEED:-3}'))).config.seed).toBe(3)
    const notes = await loadText(`${smallest}notes: "\${env:WHO:-nobody} on \${asOf}"\n`, { asOf: '2026-03-01' })
    expect(notes.config.notes).toBe('nobody on 2026-03-01')
  })

  it('${asOf} is --as-of, or else the declared dataEnd', async () => {
    const text = `${smallest}dataEnd: 2026-02-01\nnotes: as of \${asOf}\n`
    expect((await loadText(text)).config.notes).toBe('as of 2026-02-01')
    expect((await loadText(text, { asOf: '2026-01-15' })).config.notes).toBe('as of 2026-01-15')
  })

  it('what came from the environment is *** in the record and its own text in the hash', async () => {
    const text = `${smallest}notes: plain\nexperiment2: x\n`.replace('experiment2: x\n', 'timeZone: ${env:ZONE:-UTC}\n')
    const berlin = await loadText(text, { env: { ZONE: 'Europe/Berlin' } })
    const utc = await loadText(text)
    expect(berlin.config.timeZone).toBe('Europe/Berlin')
    expect(berlin.resolved).toMatchObject({ timeZone: '***', notes: 'plain' })
    expect(JSON.stringify(berlin.resolved)).not.toContain('Berlin')
    expect(berlin.hash).toEqual(utc.hash)
  })

  it('an unset variable, an unknown placeholder and a missing as-of day are all told at once', async () => {
    const text = `${smallest}notes: "\${env:NOPE} \${who} \${asOf}"\n`
    expect(await faultLines(loadText(text))).toEqual([
      '16:8  notes: the environment variable NOPE is not set, got ${env:NOPE}; set it, or write ${env:NOPE:-default}',
      '16:8  notes: unknown placeholder, got ${who}; known are ${env:NAME}, ${env:NAME:-default} and ${asOf}',
      '16:8  notes: no as-of day is given, got ${asOf}; pass --as-of DAY or set dataEnd',
    ])
  })

  it('a wrong value from the environment is not repeated in the fault', async () => {
    const lines = await faultLines(loadText(withSeed('${env:SEED}'), { env: { SEED: 'secret' } }))
    expect(lines).toEqual([
      '16:7  seed: wrong type, expected a whole number of at least 0, got *** (from the environment)',
    ])
  })
})

describe('the hash of a config', () => {
  const hashOf = async (set: readonly string[]) => (await loadText(smallest, { set })).hash.full

  it('is the sha256 of 64 hex digits, its short form the first 12', async () => {
    const { hash } = await loadText(smallest)
    expect(hash.full).toMatch(/^[0-9a-f]{64}$/)
    expect(hash.short).toBe(hash.full.slice(0, 12))
  })

  it('does not change with notes, resources, the engine’s limits, the folder of the scores or what is kept for the next run', async () => {
    const plain = await hashOf([])
    const others = [
      'notes=x',
      'resources.threads=2',
      'resources.memory=1GB',
      'engine.memoryLimit=1GB',
      'scores.path=out',
      'features.refresh=off',
    ]
    for (const one of others) expect(await hashOf([one]), one).toBe(plain)
  })

  it('changes with everything that can change a result', async () => {
    const plain = await hashOf([])
    const others = [
      'seed=2',
      'churn.horizonDays=31',
      'models.line.l1Ratio=0.5',
      'scores.holdout=0.1',
      'scores.name=other',
    ]
    for (const one of others) expect(await hashOf([one]), one).not.toBe(plain)
  })

  it('is the same whether a default is written or not, and for any order of keys', async () => {
    expect(await hashOf(['seed=1', 'timeZone=UTC'])).toBe(await hashOf([]))
    const [, ...rest] = smallest.split('\n')
    expect((await loadText(`${rest.join('\n')}version: 1\n`)).hash).toEqual((await loadText(smallest)).hash)
  })
})

describe('files that cannot be read', () => {
  it('a missing file, a missing base and a folder are one line each', async () => {
    expect(await faultLines(loadConfig({ path: 'no/such.yaml', env: {} }))).toEqual([
      'no/such.yaml: there is no such file, expected a config in YAML',
    ])
    expect(await faultLines(loadTexts({ 'c.yaml': 'extends: b.yaml\n' }))).toEqual([
      '1:10  b.yaml: there is no such file, expected a config in YAML',
    ])
    expect(await faultLines(loadConfig({ path: 'test', env: {} }))).toEqual([
      'test: this is a folder, expected a config file',
    ])
  })

  it('where a file of another ending or nearly this name stands beside it, it is named: shop.yml for shop.yaml', async () => {
    const beside = (name: string) => faultLines(loadConfig({ path: join(import.meta.dirname, name), env: {} }))
    expect((await beside('latin-1.yml'))[0]).toMatch(
      /latin-1\.yml: there is no such file, .*; did you mean ".*latin-1\.yaml"\?$/,
    )
    expect((await beside('latn-1.yaml'))[0]).toMatch(/did you mean ".*latin-1\.yaml"\?$/)
    expect((await beside('orders.yaml'))[0]).not.toMatch(/did you mean/)
  })

  it('other bytes than UTF-8 are refused', async () => {
    const lines = await faultLines(loadConfig({ path: join(import.meta.dirname, 'latin-1.yaml'), env: {} }))
    expect(lines[0]).toMatch(/latin-1\.yaml: cannot be read as UTF-8 text/)
  })
})
