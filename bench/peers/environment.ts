import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../root.ts'

export interface PeerEnvironment {
  readonly python: string
  /** Pinned version of a package. */
  version(name: string): string
}

const requirementsOf = (own: string): string => join(root, 'bench', 'peers', `requirements${own}.txt`)

/** Environments of their own: featuretools does not work with the pandas of the others. */
export type PeerEnvironmentName = 'peers' | 'featuretools'

/**
 * A Python environment with the pinned peers, made once under `out/` with pip and again when the pins change. Needs
 * `python3` with venv; nothing but the benchmarks uses it.
 */
export function peerEnvironment(name: PeerEnvironmentName = 'peers'): PeerEnvironment {
  const own = ownName(name)
  const requirements = requirementsOf(own)
  const pins = readFileSync(requirements, 'utf8')
  const folder = join(root, 'out', `bench-peers${own}`)
  const python = join(folder, 'bin', 'python')
  const mark = join(folder, 'pins.sha256')
  const digest = createHash('sha256').update(pins).digest('hex')
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== digest) {
    mkdirSync(folder, { recursive: true })
    say('making the peers’ environment (pip install, once)')
    if (!existsSync(python)) must('python3', ['-m', 'venv', folder])
    must(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements])
    writeFileSync(mark, digest)
  }
  return { python, version: (name) => pinnedVersion(pins, name) }
}

const pinnedVersion = (pins: string, name: string): string =>
  pins
    .split('\n')
    .find((line) => line.startsWith(`${name}==`))
    ?.split('==')[1] ?? 'unknown'

/** Pinned version of a package, without making the environment. */
export const peerVersion = (environment: PeerEnvironmentName, name: string): string =>
  pinnedVersion(readFileSync(requirementsOf(ownName(environment)), 'utf8'), name)

const ownName = (name: PeerEnvironmentName): string => (name === 'peers' ? '' : `-${name}`)

function must(command: string, argv: readonly string[]): void {
  const { status, error } = spawnSync(command, argv, { stdio: ['ignore', 2, 2] })
  if (status !== 0)
    throw new Error(`${command} ${argv.join(' ')}: ${error?.message ?? `exit code ${status}`}; Python 3.10 or later?`)
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)
