import { EbbError } from '../../core/errors.ts'
import { didYouMean } from '../../core/did-you-mean.ts'
import type { Command } from '../command.ts'
import { errorTexts } from '../error-texts.ts'
import { exitCodes } from '../../core/exit-code.ts'

export const command: Command = {
  usage: 'explain [code]',
  positionals: { code: 'An error code such as CONFIG_UNKNOWN_KEY; without one, all are listed' },
  options: {},
  examples: [
    ['ebb explain CONFIG_UNKNOWN_KEY', 'What it means and what to do'],
    ['ebb explain', 'Every code with its exit code'],
  ],
  async run(args, { terminal }) {
    const code = args['code'] as string | undefined
    if (code === undefined) {
      const all = Object.entries(errorTexts).map(([name, text]) => ({
        code: name,
        exit: exitCodes[text.kind],
        ...text,
      }))
      if (terminal.isJson) terminal.data(JSON.stringify({ schemaVersion: 1, codes: all }))
      else
        terminal.data(
          all.map((one) => `${one.code.padEnd(28)} ${String(one.exit).padStart(3)}  ${one.summary}`).join('\n'),
        )
      return
    }
    const name = code.toUpperCase().replaceAll('-', '_')
    const text = errorTexts[name]
    if (text === undefined) throw unknownCode(code, name)
    const exit = exitCodes[text.kind]
    if (terminal.isJson) terminal.data(JSON.stringify({ schemaVersion: 1, codes: [{ code: name, exit, ...text }] }))
    else
      terminal.data(
        [
          `${terminal.paint.stdout.bold(name)} (exit code ${exit})`,
          '',
          text.summary,
          '',
          `What to do: ${text.remedy}`,
        ].join('\n'),
      )
  },
}

function unknownCode(code: string, name: string): EbbError {
  const meant = didYouMean(name, Object.keys(errorTexts))
  const hint = meant === null ? 'ebb explain lists them' : `did you mean ${meant}?`
  return new EbbError({
    code: 'USAGE',
    kind: 'usage',
    where: `ebb explain ${code}`,
    what: 'there is no such code',
    hint,
  })
}
