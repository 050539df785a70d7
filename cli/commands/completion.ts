import { catalogue } from '../catalogue.ts'
import type { Command } from '../command.ts'
import { unknownWord } from '../unknown-word.ts'

export const command: Command = {
  usage: 'completion <shell>',
  positionals: { shell: 'bash, zsh or fish' },
  options: {},
  examples: [
    ['ebb completion bash >> ~/.bashrc', 'For every new bash'],
    ['ebb completion fish > ~/.config/fish/completions/ebb.fish', 'For fish'],
  ],
  async run(args, { terminal }) {
    const shell = String(args['shell'])
    const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
    if (script === undefined) throw unknownWord('ebb completion', shell, Object.keys(scripts))
    const names = [...catalogue.map((entry) => entry.name), 'help']
    const text = script(names)
    terminal.data(terminal.isJson ? JSON.stringify({ schemaVersion: 1, shell, script: text }) : text)
  },
}

/** After the command's name, files: configs and folders are what most commands take. */
const scripts: Readonly<Record<string, (names: readonly string[]) => string>> = {
  bash: (names) => `_ebb() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${names.join(' ')}" -- "$word"));
  else COMPREPLY=($(compgen -f -- "$word")); fi
}
complete -o filenames -F _ebb ebb`,
  zsh: (names) => `#compdef ebb
_ebb() {
  if (( CURRENT == 2 )); then compadd -- ${names.join(' ')}; else _files; fi
}
compdef _ebb ebb`,
  fish: () =>
    [
      ...catalogue.map(
        (entry) =>
          `complete -c ebb -n __fish_use_subcommand -f -a ${entry.name} -d '${entry.summary.replaceAll("'", '')}'`,
      ),
      "complete -c ebb -n 'not __fish_use_subcommand' -F",
    ].join('\n'),
}
