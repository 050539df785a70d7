import type { Command } from '../command.ts'
import { runPositional, runsOption } from '../run-options.ts'
import { findRun } from '../../tracking/read.ts'

export const command: Command = {
  usage: 'report <run>',
  positionals: { run: runPositional },
  options: runsOption,
  examples: [['ebb report @latest', 'Write report.html of the newest run again, and print where it is']],
  notes: 'The report reads the run directory and nothing else; it recomputes nothing.',
  async run(args, { terminal }) {
    const { id, dir } = await findRun(String(args['runs']), String(args['run']))
    const { writeReport } = await import('../../reports/report.ts')
    const path = await writeReport({ runDir: dir })
    terminal.data(terminal.isJson ? JSON.stringify({ schemaVersion: 1, run: id, report: path }) : path)
  },
}
