import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { peerEnvironment } from '../peers/environment.ts'
import { root } from '../root.ts'

/** The log of so many users, unless it is there. */
export function makeLog(file: string, users: number): void {
  if (existsSync(file)) return
  mkdirSync(dirname(file), { recursive: true })
  const program = join(root, 'bench', 'peers', 'generate_log.py')
  const made = spawnSync(peerEnvironment().python, [program, String(users), file])
  if (made.status !== 0) throw new Error(`generate_log.py: ${made.stderr.toString()}`)
}
