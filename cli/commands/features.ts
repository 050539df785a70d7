import { possibleFeatures } from '../../configs/possible-features.ts'
import type { CatalogEntry } from '../../core/artifacts.ts'
import { describeCatalog } from '../../features/describe.ts'
import type { Command } from '../command.ts'
import { configOptions, configPositional, readConfig } from '../config-options.ts'
import { renderTable } from '../table.ts'
import type { Terminal } from '../terminal.ts'

export const command: Command = {
  usage: 'features <config>',
  positionals: configPositional,
  options: {
    ...configOptions,
    family: { type: 'string', requiresArg: true, describe: 'Only this family, e.g. transaction' },
  },
  examples: [
    ['ebb features shop.yaml', 'Every feature that the config can have, by family'],
    ['ebb features shop.yaml --family negative --json', 'With everything that is known of each'],
  ],
  notes:
    'Reads no data: features that the data cannot give are left out when a run starts; its catalog.json says which.',
  async run(args, context) {
    const { terminal } = context
    const { loaded } = await readConfig(args, context)
    const all = describeCatalog(possibleFeatures(loaded.config))
    const entries = all.filter(({ family }) => args['family'] === undefined || family === args['family'])
    if (terminal.isJson) terminal.data(JSON.stringify({ schemaVersion: 1, features: entries }))
    else present(entries, terminal)
  },
}

function present(entries: readonly CatalogEntry[], terminal: Terminal): void {
  const families = [...new Set(entries.map(({ family }) => family))]
  for (const family of families) {
    const own = entries.filter((entry) => entry.family === family)
    terminal.data(terminal.paint.stdout.bold(`${family} (${own.length})`))
    const rows = own.map(({ name, unit, inUse, reason, description }) => [
      `  ${name}`,
      unit,
      inUse ? description : `${reason ?? 'not in use'}: ${description}`,
    ])
    const columns = [{ title: '' }, { title: '' }, { title: '', shrinkTo: 20 }]
    for (const line of renderTable(columns, rows, terminal.columns).slice(1)) terminal.data(line)
  }
}
