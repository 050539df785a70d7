import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises'
import { availableParallelism, freemem, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Command, CommandContext } from '../command.ts'
import { formatBytes } from '../format.ts'
import { machineResources } from '../machine.ts'
import { productVersion } from '../product-version.ts'

interface Finding {
  readonly name: string
  readonly passed: boolean
  readonly observed: string
  readonly expected: string
}

type Probe = (folder: string, context: CommandContext) => Promise<Finding>

export const command: Command = {
  usage: 'doctor',
  positionals: {},
  options: {
    out: {
      type: 'string',
      default: '.',
      requiresArg: true,
      describe: 'The folder that runs and scores will be written to',
    },
  },
  examples: [['ebb doctor', 'Node, engine, folders, memory and cores of this machine']],
  async run(args, context) {
    const { terminal } = context
    const folder = String(args['out'])
    const findings: Finding[] = []
    for (const probe of probes) findings.push(await probe(folder, context))
    const passed = findings.every((finding) => finding.passed)
    if (terminal.isJson)
      terminal.data(JSON.stringify({ schemaVersion: 1, passed, version: productVersion(), checks: findings }))
    else terminal.data(findings.map((finding) => asLine(finding, context)).join('\n'))
    return passed ? 0 : 1
  },
}

function asLine({ name, passed, observed, expected }: Finding, { terminal }: CommandContext): string {
  const paint = terminal.paint.stdout
  const mark = passed ? paint.green('ok   ') : paint.red('FAIL ')
  return `${mark} ${name.padEnd(16)} ${observed}${passed ? '' : ` (expected: ${expected})`}`
}

const probes: readonly Probe[] = [nodeVersion, engine, temporaryFolder, outputFolder, freeDisk, memory, cores]

async function nodeVersion(): Promise<Finding> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const passed = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22
  return { name: 'Node', passed, observed: process.versions.node, expected: '20.19 or later, or 22.12 or later' }
}

async function engine(_folder: string, context: CommandContext): Promise<Finding> {
  const name = 'engine'
  const expected = 'DuckDB answers a query'
  const workDirectory = await mkdtemp(join(tmpdir(), 'ebb-doctor-'))
  try {
    const { openEngine } = await import('../../engines/registry.ts')
    const resources = machineResources({})
    const opened = await openEngine({ kind: 'duckdb' }, { ...resources, workDirectory, signal: context.signal })
    try {
      const [row] = await opened.rows('SELECT 6 * 7 AS answer')
      return { name, passed: row?.['answer'] === 42, observed: opened.version, expected }
    } finally {
      await opened.close()
    }
  } catch (error) {
    return { name, passed: false, observed: firstLine(error), expected }
  } finally {
    await rm(workDirectory, { recursive: true, force: true })
  }
}

async function temporaryFolder(): Promise<Finding> {
  return writable('temporary folder', tmpdir())
}

async function outputFolder(folder: string): Promise<Finding> {
  return writable('output folder', folder)
}

async function writable(name: string, folder: string): Promise<Finding> {
  const expected = 'a folder that can be written to'
  try {
    const made = await mkdtemp(join(folder, '.ebb-doctor-'))
    await writeFile(join(made, 'probe'), 'x')
    await rm(made, { recursive: true })
    return { name, passed: true, observed: folder, expected }
  } catch (error) {
    return { name, passed: false, observed: firstLine(error), expected }
  }
}

async function freeDisk(folder: string): Promise<Finding> {
  const name = 'free disk'
  const expected = 'at least 1 GB'
  try {
    const { bavail, bsize } = await statfs(folder)
    return { name, passed: bavail * bsize >= 1e9, observed: formatBytes(bavail * bsize), expected }
  } catch (error) {
    return { name, passed: false, observed: firstLine(error), expected }
  }
}

async function memory(): Promise<Finding> {
  const observed = `${formatBytes(freemem())} free of ${formatBytes(totalmem())}`
  return { name: 'memory', passed: totalmem() >= 1.5e9, observed, expected: 'at least 1.5 GB' }
}

async function cores(): Promise<Finding> {
  const count = availableParallelism()
  return { name: 'cores', passed: count >= 1, observed: String(count), expected: 'at least 1' }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}
