import { rm } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type CheckOutcome, checkConfig } from '../../pipelines/check.ts'
import { tinyShop, tinyShopConfig, trainRequest } from '../support/tiny-shop.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function check(content: Parameters<typeof tinyShop>[0], withData: boolean): Promise<CheckOutcome> {
  const folder = await tinyShop(content)
  folders.push(folder)
  const { loaded, asOf, signal, emit, resources } = await trainRequest(folder)
  return checkConfig({ loaded, asOf, withData, signal, emit, resources })
}

describe('check', () => {
  it('without data: the config alone, one check', async () => {
    const { checks, summary } = await check({}, false)
    expect(checks.map(({ name, passed }) => [name, passed])).toEqual([['config', true]])
    expect(summary).toEqual(['tiny-shop: sources shop; models logistic, boosted, forest, network'])
  })

  it('with data: contract, cutoffs, classes and split pass, and every cutoff is listed with its churn rate', async () => {
    const { checks, summary } = await check({}, true)
    expect(checks.filter(({ passed }) => !passed)).toEqual([])
    const names = checks.map(({ name }) => name)
    for (const name of ['config', 'cutoffs', 'labels.classes', 'split']) expect(names).toContain(name)
    const cutoffs = summary.filter((line) =>
      /^cutoff 2025-\d\d-\d\d: \d+ eligible, \d+ churned \(\d+\.\d %\)/.test(line),
    )
    expect(cutoffs.length).toBeGreaterThan(5)
    expect(summary.some((line) => line.startsWith('data 2025-01-01 to 2025-10-28 (exclusive)'))).toBe(true)
  })

  it('a contract that the data break is a failed check, not an exception', async () => {
    const config = tinyShopConfig.replace(
      'churn:',
      '    contract: { event_type: { values: [purchase, view] } }\nchurn:',
    )
    const { checks } = await check({ config }, true)
    const failed = checks.filter(({ passed }) => !passed)
    expect(failed).toHaveLength(1)
    expect(failed[0]!.name).toContain('event_type')
  })

  it('a month of nothing but orders: one class at every cutoff is a failed check', async () => {
    const days = Array.from({ length: 120 }, (_, k) => new Date(Date.UTC(2025, 0, 1 + k)).toISOString().slice(0, 10))
    const lines = ['a', 'b', 'c'].flatMap((user) => days.map((day) => `${user},${day}T10:00:00,purchase,10,app`))
    const config = tinyShopConfig.replace('2025-03-01', '2025-02-01')
    const { checks } = await check({ lines, config }, true)
    expect(checks.find(({ name }) => name === 'labels.classes')).toMatchObject({
      passed: false,
      severity: 'error',
      message: 'one class only in train, calibrate, select, test: nothing can be learned or judged there',
    })
  })
})
