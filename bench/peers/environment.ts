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

/**
 * A Python environment with the pinned peers, made once under `out/` with pip and again when the pins change. Needs
 * `python3` with venv; nothing but the benchmarks uses it.
 */
export function peerEnvironment(): PeerEnvironment {
  const pins = readFileSync(join(root, 'bench', 'peers', 'requirements.txt'), 'utf8')
  const folder = join(root, 'out', 'bench-peers')
  const python = join(folder, 'bin', 'python')
  const mark = join(folder, 'pins.sha256')
  const digest = createHash('sha256').update(pins).digest('hex')
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== digest) {
    mkdirSync(folder, { recursive: true })
    say('making the peers’ environment (pip install, once)')
    must('python3', ['-m', 'venv', folder])
    must(python, ['-m', 'pip', 'install', '--quiet', '-r', join(root, 'bench', 'peers', 'requirements.txt')])
    writeFileSync(mark, digest)
  }
  const versions = new Map(pins.split('\n').map((line) => line.split('==') as [string, string]))
  return { python, version: (name) => versions.get(name) ?? 'unknown' }
}

function must(command: string, argv: readonly string[]): void {
  const { status, error } = spawnSync(command, argv, { stdio: ['ignore', 2, 2] })
  if (status !== 0)
    throw new Error(`${command} ${argv.join(' ')}: ${error?.message ?? `exit code ${status}`}; Python 3.10 or later?`)
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)
