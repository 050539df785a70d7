import { describe, expect, it } from 'vitest'
import { faultLines, faultsOf, loadText, smallest } from './write-configs.ts'

/** The smallest config with one line replaced. */
const changed = (from: string, to: string): string => {
  if (!smallest.includes(from)) throw new Error(`no ${from}`)
  return smallest.replace(from, to)
}

describe('faults name the place, what is wrong, what is allowed and what was meant', () => {
  it.each<[string, string, string[]]>([
    [
      'an unknown key',
      smallest.replace('kind: logistic', 'kind: logistic\n    l1_ratio: 0.5'),
      ['16:5  models.line.l1_ratio: unknown key, did you mean "l1Ratio"?'],
    ],
    [
      'an unknown key close to two known ones: the one that is missing is meant',
      changed('horizonDays: 30', 'horizonsDay: 30'),
      [
        '7:1  churn.horizonDays: this key is missing (Length of the prediction window), expected a whole number from 1 to 3660',
        '11:3  churn.horizonsDay: unknown key, did you mean "horizonDays"?',
      ],
    ],
    [
      'an unknown key close to one that is there already',
      changed('horizonDays: 30', 'horizonDays: 30\n  horizonDay: 60'),
      ['12:3  churn.horizonDay: unknown key, did you mean "horizonsDays"?'],
    ],
    [
      'an unknown key without a likely meaning, where few are known',
      changed('withinDays: 90', 'withinDays: 90, colour: red'),
      ['12:51  churn.eligible.colour: unknown key; known here: events, withinDays, contract'],
    ],
    [
      'a wrong type',
      changed('horizonDays: 30', 'horizonDays: thirty'),
      ['11:16  churn.horizonDays: wrong type, expected a whole number from 1 to 3660, got "thirty"'],
    ],
    [
      'a number out of range',
      changed('horizonDays: 30', 'horizonDays: 0'),
      ['11:16  churn.horizonDays: not allowed, expected a whole number from 1 to 3660, got 0'],
    ],
    [
      'a fraction where a whole number is wanted',
      changed('horizonDays: 30', 'horizonDays: 1.5'),
      ['11:16  churn.horizonDays: wrong type, expected a whole number from 1 to 3660, got 1.5'],
    ],
    [
      'a missing key, at the map that lacks it',
      changed('  target: silent\n', ''),
      ['7:1  churn.target: this key is missing (The label that the models learn), expected text'],
    ],
    [
      'an unknown kind',
      changed('kind: logistic', 'kind: logstic'),
      [
        '15:11  models.line.kind: not allowed, expected one of base_rate, recency_rule, recency_logistic, rule, logistic, tree, mlp, gbdt, forest, extra_trees, imported, got "logstic"; did you mean "logistic"?',
      ],
    ],
    [
      'a map where a list is wanted',
      changed('events: [purchase] }\n  target', 'events: {} }\n  target'),
      ['9:49  churn.labels.silent.events: wrong type, expected a list, got a map'],
    ],
    [
      'a name that cannot be a file name',
      changed('experiment: shop', 'experiment: shop/eu'),
      ['2:13  experiment: not allowed, expected a letter, then at most 63 letters, digits, _ or -, got "shop/eu"'],
    ],
    [
      'a model name that cannot be a metric key',
      changed('  line:', '  1st:'),
      ['14:3  models.1st: not usable as a name, expected a letter, then at most 63 letters, digits, _ or -, got "1st"'],
    ],
    [
      'a key twice',
      changed('  target: silent', '  target: silent\n  target: other'),
      ['11:3  YAML: "target" stands twice in one map'],
    ],
    ['two documents', `${smallest}---\na: 1\n`, ['16:1  YAML: a second document, expected one document per file']],
    ['an empty file', '# nothing yet\n', ['1:1  YAML: the file is empty, expected a YAML map']],
    ['a list at the top', '- 1\n', ['1:1  YAML: the top of the file is not a map, expected `key: value` lines']],
    [
      'an alias without anchor',
      changed('target: silent', 'target: *gone'),
      ['10:11  YAML: no anchor named "gone" above'],
    ],
    [
      'an unknown label',
      changed('target: silent', 'target: silnt'),
      ['10:11  churn.target: there is no such label, expected one of silent, got "silnt"; did you mean "silent"?'],
    ],
    [
      'a label made of itself',
      changed('  target: silent', '    both: { kind: any, of: [silent, both] }\n  target: both'),
      ['10:28  churn.labels.both.of: the label is made of itself'],
    ],
    [
      'an unknown time zone',
      `${smallest}timeZone: Europe/Berln\n`,
      [
        '16:11  timeZone: unknown time zone, expected an IANA name such as Europe/Berlin, got "Europe/Berln"; did you mean "Europe/Berlin"?',
      ],
    ],
    [
      'a day that no calendar has',
      `${smallest}dataEnd: 2025-02-30\n`,
      [
        '16:10  dataEnd: not a day of the calendar, expected YYYY-MM-DD between 1970-01-01 and 2149-06-06, got "2025-02-30"',
      ],
    ],
    [
      'windows that cannot close: 30 days from 2025-01-06 end on 2025-02-05',
      `${smallest}dataEnd: 2025-02-04\ncutoffs: { from: 2025-01-06 }\n`,
      [
        '17:18  cutoffs.from: no cutoff can be closed by dataEnd, expected at least 30 days: gap 0 + horizon 30 + source delay 0, got 29 days, 2025-01-06 to 2025-02-04',
      ],
    ],
    [
      'a schedule that ends before it begins',
      `${smallest}cutoffs: { from: 2025-03-01, to: 2025-02-01 }\n`,
      ['16:18  cutoffs.from: lies after cutoffs.to, expected at most 2025-02-01, got 2025-03-01'],
    ],
    [
      'a split over days that are no cutoffs',
      `${smallest}cutoffs: [2025-01-06, 2025-03-03]\nsplit: { test: [2025-03-10] }\n`,
      ['17:17  split.test.0: not one of the cutoffs, expected 2025-01-06, 2025-03-03, got 2025-03-10'],
    ],
    [
      'a mid tier that holds nobody',
      `${smallest}scores: { tiers: { high: top 10%, mid: top 5% } }\n`,
      [
        '16:40  scores.tiers.mid: the mid tier is empty: it is counted from the top and must reach below the high tier, expected more than top 10%, got top 5%',
      ],
    ],
    [
      'no model',
      smallest.replace(/models:[\s\S]*/, 'models: {}\n'),
      ['13:9  models: there is nothing to train, expected at least one entry'],
    ],
    [
      'a metric that cannot choose',
      `${smallest}choose: { metric: logloss }\n`,
      [
        '16:19  choose.metric: not allowed, expected one of log_loss, brier, auc, average_precision, got "logloss"; did you mean "log_loss"?',
      ],
    ],
    [
      'an unknown slice',
      `${smallest}evaluate: { slices: [chanel] }\n`,
      [
        '16:22  evaluate.slices.0: not allowed, expected one of lifecycle_stage, value_tier, channel, got "chanel"; did you mean "channel"?',
      ],
    ],
    [
      'a random split',
      `${smallest}split: { mode: random }\n`,
      [
        '16:16  split.mode: a random split puts rows of one user and one time on both sides; use auto, cutoffs or user_folds, got "random"',
      ],
    ],
    [
      'a feature to drop that does not exist',
      `${smallest}features: { drop: [active_days_31d] }\n`,
      ['16:20  features.drop.0: no feature named "active_days_31d"; did you mean "active_days_30d"?'],
    ],
    [
      'an unreadable condition',
      `${smallest}features: { add: { big: { kind: measure, measure: count, where: "amount >", lookbackDays: 30, unit: count, description: Big } } }\n`,
      ["16:65  features.add.big.where: cannot be read, expected a number or a 'text', got the end"],
    ],
    [
      'a rule over a feature that does not exist',
      smallest.replace('kind: logistic', 'kind: rule\n    when: days_since_purchse > 3'),
      ['16:11  models.line.when: unknown name "days_since_purchse"; did you mean "days_since_purchase"?'],
    ],
  ])('%s', async (_name, text, expected) => {
    expect(await faultsOf(text)).toEqual(expected)
  })

  it('several faults come at once, in the order of the file', async () => {
    const text = smallest
      .replace('version: 1', 'version: 2')
      .replace('path: app.csv', 'pth: app.csv')
      .replace('target: silent', 'target: gone')
      .replace('horizonDays: 30', 'horizonDays: -1')
    const lines = await faultsOf(text)
    expect(lines.map((line) => line.split(':  ')[0]!.replace(/:.*/, ''))).toEqual(['1', '4', '5', '11'])
    expect(lines[0]).toBe('1:10  version: not allowed, expected 1, got 2')
  })

  it('checks over several keys still run on the sections that are sound', async () => {
    const text = `${changed('target: silent', 'target: gone')}seed: x\n`
    expect((await faultsOf(text)).map((line) => line.split('  ')[1]!.split(':')[0])).toEqual(['churn.target', 'seed'])
  })

  it('of broken YAML only the first error is told, not its echoes', async () => {
    const lines = await faultsOf(changed('columns: { user_id: u,', 'columns: { user_id: ${env:U},'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^6:\d+ {2}YAML: .*put \$\{\.\.\.\} in quotes inside \{ \} and \[ \]$/)
  })

  it('a fault in -s names the setting', async () => {
    const loading = loadText(smallest, { set: ['models.line.folds=1'] })
    expect(await faultLines(loading)).toEqual([
      '-s models.line.folds=1: models.line.folds: not allowed, expected a whole number from 2 to 20, got 1',
    ])
    expect(await faultLines(loadText(smallest, { set: ['seed'] }))).toEqual([
      '-s seed: not a setting, expected path.to.key=value',
    ])
    expect(await faultLines(loadText(smallest, { set: ['seed=[1'] }))).toEqual([
      '-s seed=[1: the value is not YAML, expected e.g. 10, text or [a, b]',
    ])
  })

  it.each([
    ['models.lime=null', 'there is no model "lime" to remove, expected line; did you mean "line"?'],
    ['sources.xyz=null', 'there is no source "xyz" to remove, expected one of web, app'],
    ['churn.labels.silnt=null', 'there is no label "silnt" to remove, expected silent; did you mean "silent"?'],
    ['features.add.mine=null', 'there is no feature of your own "mine" to remove'],
    ['features.life.mine=null', 'there is no feature "mine" to remove'],
    ['attributes.people=null', 'there is no table of attributes "people" to remove'],
  ])('%s takes away what is not there', async (setting, said) => {
    const web = 'sources:\n  web: { path: w.csv, columns: { user_id: u, event_time: t, event_type: e } }\n'
    const [path] = setting.split('=')
    expect(await faultsOf(changed('sources:\n', web), { set: [setting] })).toEqual([`-s ${setting}: ${path}: ${said}`])
  })

  it('a profile that takes away what is not there is told so; a model with nothing below it is not taken away', async () => {
    const text = `${smallest}profiles: { lean: { models.lime: null } }\n`
    expect(await faultsOf(text, { profile: 'lean' })).toEqual([
      '16:34  models.lime: there is no model "lime" to remove, expected line; did you mean "line"?',
    ])
    expect(await faultsOf(`${smallest}  lime:\n`)).toEqual([
      '16:8  models.lime: wrong type, expected a map, got nothing',
    ])
  })

  it('profiles and the base of a file are not set by -s', async () => {
    expect(await faultLines(loadText(smallest, { set: ['profiles.lean.seed=3'] }))).toEqual([
      '-s profiles.lean.seed=3: only a file can say "profiles", expected a key of the experiment, or --profile NAME',
    ])
  })

  it('an unknown profile is told with the one that was meant', async () => {
    const text = `${smallest}profiles: { quick: { seed: 2 } }\n`
    expect(await faultLines(loadText(text, { profile: 'quik' }))).toEqual([
      '--profile quik: the config has no such profile; did you mean "quick"?',
    ])
    expect(await faultLines(loadText(`${smallest}profiles: [quick]\n`))).toEqual([
      '16:11  profiles: wrong type, expected a map of names, each with a map of overrides',
    ])
  })

  it('a fault in a profile is found before anyone chooses it, but not for want of an environment', async () => {
    const text = `${smallest}profiles:\n  dev: { models.line.fold: 3 }\n  cloud:\n    resources.threads: \${env:THREADS}\n`
    expect(await faultsOf(text)).toEqual(['17:10  models.line.fold: unknown key, did you mean "folds"?'])
  })
})
