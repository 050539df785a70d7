import { cpus, totalmem } from 'node:os'
import yargs from 'yargs'
import { interleave } from './interleave.ts'
import type { CaseResult } from './measurement.ts'
import { resultLine } from './print.ts'
import { suites } from './suites.ts'

const arguments_ = await yargs(process.argv.slice(2))
  .scriptName('npm run bench --')
  .usage('$0 <suite> [options]\n\nOurs and a named peer in turn, on the same files; prints ratios.')
  .command('$0 <suite>', false, (command) =>
    command.positional('suite', { choices: Object.keys(suites), demandOption: true }),
  )
  .option('case', { type: 'string', array: true, describe: 'Only cases whose name contains this' })
  .option('runs', { type: 'number', default: 5, describe: 'Pairs of runs per case' })
  .option('quick', { type: 'boolean', default: false, describe: 'One pair per case, the largest tables left out' })
  .option('times', { type: 'boolean', default: false, describe: 'Time and memory alone, no comparison of results' })
  .option('json', { type: 'boolean', default: false, describe: 'One JSON document on stdout' })
  .strict()
  .parse()

const largestQuickRows = 200_000
const say = (line: string): void => void process.stderr.write(`${line}\n`)

const all = await suites[arguments_.suite as string]!()
const cases = all.filter(
  ({ name, rows }) =>
    (arguments_.case?.some((part) => name.includes(part)) ?? true) && (!arguments_.quick || rows <= largestQuickRows),
)
if (cases.length === 0) {
  say(`no such case; there are: ${all.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}
const results: CaseResult[] = []
for (const bench of cases) {
  if (bench.absent !== undefined) {
    say(`${bench.name}: left out, ${bench.absent}`)
    continue
  }
  const result = await interleave(bench, {
    runs: arguments_.quick ? 1 : arguments_.runs,
    compares: !arguments_.times,
    onPair: (pair, ours, theirs) =>
      say(`  ${bench.name} ${pair + 1}: ours ${ours.seconds.toFixed(2)} s, peer ${theirs.seconds.toFixed(2)} s`),
  })
  results.push(result)
  const line = resultLine(result)
  if (arguments_.json) say(line)
  else process.stdout.write(`${line}\n`)
}
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
}
if (arguments_.json)
  process.stdout.write(`${JSON.stringify({ schemaVersion: 1, machine, node: process.version, cases: results })}\n`)
else process.stdout.write(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Node ${process.version}\n`)
