import { readFile, rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine } from '../../engines/registry.ts'
import { train, type TrainOutcome } from '../../pipelines/train.ts'
import { tinyShop, tinyShopLines, trainRequest } from '../support/tiny-shop.ts'
import { config } from './bad-input-cases.ts'

/** Around every user id: markup, quotes, a formula, an escape sequence, a bidi override, a line break. */
const hard = (id: string): string => `=1+1<img src=x onerror=alert(1)>"';--\u001b[31m\u202e\n${id}`
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
const lines = tinyShopLines(60)

describe('a run on ids and channels made to hurt', () => {
  const folders: string[] = []
  const outcomes: TrainOutcome[] = []
  beforeAll(async () => {
    const dirty = lines.map((line) => {
      const [user, time, type, amount, channel] = line.split(',')
      return [quoted(hard(user!)), time, type, amount, quoted(`</script><script>${channel}`)].join(',')
    })
    for (const content of [lines, dirty]) {
      const folder = await tinyShop({ lines: content, config })
      folders.push(folder)
      outcomes.push(await train(await trainRequest(folder)))
    }
  })
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  })

  it('scores the same users under their own ids, no letter changed', async () => {
    const engine = await openEngine({ kind: 'duckdb' }, { threads: 1, memoryBytes: 1e9, workDirectory: folders[0]! })
    try {
      const idsOf = async ({ scoresPath }: TrainOutcome) =>
        (await engine.rows(`SELECT user_id FROM '${scoresPath}/*.parquet' ORDER BY user_id`)).map((row) =>
          String(row['user_id']),
        )
      const [plain, dirty] = [await idsOf(outcomes[0]!), await idsOf(outcomes[1]!)]
      expect(plain.length).toBeGreaterThan(10)
      expect(dirty).toEqual(plain.map(hard))
    } finally {
      await engine.close()
    }
  })

  it('the report shows them as text: no markup, no script of theirs', async () => {
    const report = await readFile(outcomes[1]!.reportPath, 'utf8')
    expect(report).not.toMatch(/<img src=x|<\/script><script>(app|web)/)
    expect(report).toContain('&lt;img src=x onerror=alert(1)&gt;')
  })
})
