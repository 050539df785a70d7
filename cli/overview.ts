import { commandGroups } from './catalogue.ts'
import type { Paint } from './terminal.ts'

/** The text of `ebb help`: every command in its group; at most 80 columns. */
export function overview(paint: Paint): string {
  const width = Math.max(...commandGroups.flatMap((group) => group.entries.map((entry) => entry.usage.length))) + 2
  const groups = commandGroups.map((group) => {
    const lines = group.entries.map((entry) => `  ${paint.cyan(entry.usage.padEnd(width))}${entry.summary}`)
    return [paint.bold(group.title), ...lines].join('\n')
  })
  return [
    `${paint.bold('ebb')}: who will leave, and why. From an event log to scored users.`,
    '',
    groups.join('\n\n'),
    '',
    'ebb COMMAND --help has options and examples. RUN is an id, the unique beginning',
    'of one, or @latest. First steps: ebb init --template ecommerce shop',
  ].join('\n')
}
