import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nextCommand } from '../../cli/commands/init.ts'
import { wrapWords } from '../../cli/wrap-words.ts'
import { ebbHere } from './ebb-here.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ebb-init-cli-'))
})
afterAll(async () => {
  await rm(root, { recursive: true, force: true })
})

describe('ebb init', () => {
  it.each([
    [[], 'nothing to start from, expected --data FILE, or --template ecommerce|saas|'],
    [['--template', 'game', '--data', 'x.csv'], 'either a template or a file, not both'],
    [['--template', 'saaas'], 'telecom, got "saaas"; did you mean "saas"?'],
    [['--data', 'x.csv', '--users', '3'], 'belongs to a template'],
    [['--template', 'game', '--users', '0'], 'ebb init --users: not allowed, expected a number of at least 1, got 0\n'],
    [['--template', 'game', '--users', '1.5'], 'ebb init --users: not allowed, expected a whole number, got 1.5\n'],
    [['--template', 'game', '--users=few'], 'ebb init --users: not allowed, expected a number, got "few"\n'],
  ])('%j is bad usage: %s', async (argv, message) => {
    const { code, stderr, stdout } = await ebbHere('init', ...argv)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })

  it('writes a small template, prints the config on stdout and the next command on stderr', async () => {
    const dir = join(root, 'game')
    const { code, stdout, stderr } = await ebbHere('init', dir, '--template', 'game', '--users', '20')
    expect(code).toBe(0)
    expect(stdout).toBe(`config ${dir}/churn.yaml\n`)
    expect(stderr).toContain(`next   cd ${dir} && npx ebb run churn.yaml`)
    expect(stderr).toContain('mobile game: 20 users')
    expect(stderr.split('\n').filter((line) => line.length > 80 && !line.includes(root))).toEqual([])
  })

  it('--json: one document with what was written', async () => {
    const dir = join(root, 'json')
    const { stdout } = await ebbHere('init', dir, '--template', 'content', '--users', '10', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      template: 'content',
      files: ['data/simulated/', 'ebb.v1.schema.json', 'README.md', '.gitignore', 'churn.yaml'],
      simulated: { users: 10 },
    })
  })

  it('a file in the place of the folder is bad usage, whatever it starts from', async () => {
    const file = join(root, 'in-the-way.csv')
    await writeFile(file, 'user,time\n')
    for (const argv of [
      ['--template', 'game'],
      ['--data', file],
    ]) {
      const stderr = `ebb init ${file}: is a file, expected a new folder, or one without a config\n`
      expect(await ebbHere('init', ...argv, file)).toMatchObject({ code: 2, stdout: '', stderr })
      expect((await ebbHere('simulate', file)).stderr).toContain('is a file, or lies below one, expected a new folder')
      expect((await ebbHere('init', ...argv, join(file, 'a/b'))).stderr).toContain('a/b: lies below a file')
    }
  })

  it.runIf(process.platform === 'linux')('a folder that the system refuses is named, and no fault of Ebb', async () => {
    const refused = '/proc/ebb: cannot be used (ENOENT)\n'
    expect((await ebbHere('init', '--template', 'game', '/proc/ebb')).stderr).toContain(refused)
    expect((await ebbHere('simulate', '/proc/ebb')).stderr).toContain(refused)
  })

  it('a file that is no log ends with 20 and leaves nothing', async () => {
    const file = join(root, 'noise.bin')
    await writeFile(file, Uint8Array.of(0, 1, 2, 3))
    const { code, stderr } = await ebbHere('init', join(root, 'none'), '--data', file)
    expect(code).toBe(20)
    expect(stderr).toContain('is not text, and not Parquet')
    expect(await readdir(root)).not.toContain('none')
  })

  it('the next command quotes folders that a shell would take apart', () => {
    expect(nextCommand('.', 'run churn.yaml')).toBe('npx ebb run churn.yaml')
    expect(nextCommand('my shop', 'run churn.yaml')).toBe("cd 'my shop' && npx ebb run churn.yaml")
    expect(wrapWords('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrapWords('at most 10 % of it', 10)).toEqual(['at most', '10 % of it'])
  })
})

describe('ebb simulate --trade', () => {
  it('takes no option of the shop', async () => {
    const { code, stderr } = await ebbHere('simulate', join(root, 'x'), '--trade', 'game', '--gap-days', '3')
    expect(code).toBe(2)
    expect(stderr).toContain('ebb simulate --gap-days: belongs to the shop, not to a trade')
  })
})

describe('ebb analyze', () => {
  it.each([
    [['retention', 'x.yaml'], 'not allowed, expected definition, got "retention"'],
    [['definition'], 'ebb analyze: expected WHAT CONFIG'],
  ])('%j is bad usage: %s', async (argv, message) => {
    const { code, stderr } = await ebbHere('analyze', ...argv)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})
