import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { locate } from '../core/locate.ts'

/** The version in package.json, e.g. `0.1.0`. */
export function productVersion(): string {
  const root = dirname(dirname(dirname(locate('cli/main.js'))))
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return version
}
