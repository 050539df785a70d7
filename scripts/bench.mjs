// Compiles the benchmarks beside a build of the product and runs one suite: `npm run bench -- trees --case trees-100k-40-1t`.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
const run = (...argv) => spawnSync(process.execPath, argv, { stdio: 'inherit', cwd: root }).status ?? 1

const failed =
  run(join(root, 'scripts', 'build.mjs')) ||
  run(tsc, '-p', join(root, 'bench', 'tsconfig.json')) ||
  run(join(root, 'out', 'bench-build', 'bench', 'main.js'), ...process.argv.slice(2))
process.exit(failed)
