import type { Command } from '../command.ts'
import { formatCount } from '../format.ts'
import { machineResources } from '../machine.ts'

export const command: Command = {
  usage: 'verify <dir>',
  positionals: { dir: 'A published folder, or one above it that holds current.json or latest.json' },
  options: {},
  examples: [
    ['ebb verify scores/shop-churn/v1', 'What latest.json points at: hashes, rows, keys, ranges'],
    ['ebb verify scores/shop-churn/v1/2026-03-01', 'The run that counts for that day'],
  ],
  notes: 'Exit code 20 when anything is not as its manifest says.',
  async run(args, { terminal, signal }) {
    const { verifyScores } = await import('../../pipelines/verify.ts')
    const verified = await verifyScores({ dir: String(args['dir']), signal, resources: machineResources({}) })
    const { folder, manifest, manifestSha256 } = verified
    const { rows, parts, run, as_of: asOf, name } = manifest
    if (terminal.isJson)
      terminal.data(
        JSON.stringify({
          schemaVersion: 1,
          passed: true,
          folder,
          name,
          asOf,
          run,
          rows,
          parts: parts.length,
          manifestSha256,
        }),
      )
    else
      terminal.data(
        `${folder}: whole, ${formatCount(rows)} rows in ${parts.length} file${parts.length === 1 ? '' : 's'}`,
      )
  },
}
