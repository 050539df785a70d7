// Runs after an install: builds where the compiler is installed, and otherwise only asks that dist/ is there
// (`npm ci --omit=dev` of a packed tarball has no compiler and must not fail).
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
if (existsSync(join(root, 'node_modules', 'typescript')) && existsSync(join(root, 'cli', 'main.ts'))) {
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: 'inherit' })
  process.exit(built.status ?? 1)
}
if (!existsSync(join(root, 'dist', 'cli', 'main.js'))) {
  console.error('ebb: dist/ is missing and the TypeScript compiler is not installed; run `npm ci` without --omit=dev')
  process.exit(1)
}
