import { describe, expect, it } from 'vitest'
import { helpText, parseArguments } from '../../cli/arguments.ts'
import { catalogue } from '../../cli/catalogue.ts'
import { globalOptions } from '../../cli/global-options.ts'
import { overview } from '../../cli/overview.ts'
import { EbbError } from '../../core/errors.ts'
import { fakeTerminal } from './fake-terminal.ts'

async function usage(name: string, argv: readonly string[]): Promise<string> {
  const { command } = await catalogue.find((entry) => entry.name === name)!.load()
  try {
    await parseArguments(command, argv)
    return 'fine'
  } catch (error) {
    expect(error).toBeInstanceOf(EbbError)
    expect((error as EbbError).kind).toBe('usage')
    return (error as EbbError).message
  }
}

describe('every command', () => {
  it.each(catalogue.map((entry) => [entry.name, entry] as const))(
    '%s: help with examples that parse',
    async (name, entry) => {
      const { command } = await entry.load()
      expect(command.usage.split(' ')[0]).toBe(name)
      expect(command.examples.length).toBeGreaterThan(0)
      expect(Object.keys(command.options).filter((option) => option in globalOptions)).toEqual([])
      for (const [line] of command.examples) {
        const words = line.split(/ [|>]/)[0]!.trim().split(' ')
        expect(words.slice(0, 2)).toEqual(['ebb', name])
        await parseArguments(command, words.slice(2))
      }
      const help = await helpText(command, 80)
      expect(help.split('\n').filter((one) => one.length > 80)).toEqual([])
      for (const positional of Object.keys(command.positionals)) expect(help).toContain(positional)
    },
  )

  it('the overview names each once, in 80 columns', () => {
    const text = overview(fakeTerminal().terminal.paint.stdout)
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    for (const { usage: line, summary } of catalogue) {
      const shown = text.split('\n').filter((one) => one.startsWith(`  ${line} `))
      expect(shown.map((one) => one.endsWith(`  ${summary}`))).toEqual([true])
    }
  })
})

describe('reading arguments', () => {
  const parse = async (argv: readonly string[]) => parseArguments((await catalogue[0]!.load()).command, argv)

  it('-s takes one value and may be repeated, before and after the config', async () => {
    const args = await parse(['-s', 'a.b=1', 'shop.yaml', '--set', 'c=-2', '-s', 'd='])
    expect(args).toMatchObject({ config: 'shop.yaml', set: ['a.b=1', 'c=-2', 'd='] })
  })

  it('days stay text, and the last of two wins', async () => {
    expect(await parse(['x', '--as-of', '2026-03-01', '--as-of=2026-03-02'])).toMatchObject({ 'as-of': '2026-03-02' })
  })

  it('defaults: runs in runs, outputs here, with the cache', async () => {
    expect(await parse(['x'])).toMatchObject({ runs: 'runs', out: '.', 'no-cache': false, json: false, set: [] })
  })

  it.each([
    ['run', [], 'ebb run: expected CONFIG; ebb run --help shows how it is used'],
    ['run', ['a', 'b'], 'ebb run: one word too many, "b"; ebb run --help shows how it is used'],
    ['run', ['a', '--profil', 'x'], 'ebb run: unknown option --profil; did you mean --profile?'],
    ['run', ['--asof=2026-01-01'], 'ebb run: unknown option --asof; did you mean --as-of?'],
    ['run', ['a', '-x'], 'ebb run: unknown option -x; ebb run --help shows how it is used'],
    ['run', ['a', '--runs'], 'ebb run: --runs needs a value; ebb run --help shows how it is used'],
    ['diff', ['a'], 'ebb diff: expected A B; ebb diff --help shows how it is used'],
    ['runs', [], 'fine'],
    ['runs', ['--limit', '-3'], 'fine'],
    ['runs', ['--limit', 'all'], 'ebb runs --limit: not allowed, expected a number, got "all"'],
    ['runs', ['--limit', '--json'], 'ebb runs: --limit needs a value; ebb runs --help shows how it is used'],
    [
      'export',
      ['r', '--format', 'onx'],
      'ebb export --format: not allowed, expected one of onnx, json, lightgbm, sql, got "onx"; did you mean "onnx"?',
    ],
    [
      'export',
      ['r', '--format', 'xlsx'],
      'ebb export --format: not allowed, expected one of onnx, json, lightgbm, sql, got "xlsx"',
    ],
    ['export', ['r', '--format=onx', '--format=onnx'], 'fine'],
  ])('ebb %s %j: %s', async (name, argv, expected) => {
    expect(await usage(name, argv)).toBe(expected)
  })
})
