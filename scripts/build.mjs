// Compiles the kernels (AssemblyScript, only when they changed) and the rooms to dist/, copies what the compiler leaves
// behind, removes what no source stands for any more, and writes dist/versions.json: one sha256 per room over its compiled files (part of every stage's cache key).
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')
const rooms = [
  'cli',
  'pipelines',
  'configs',
  'data',
  'engines',
  'features',
  'cohorts',
  'models',
  'evaluation',
  'campaigns',
  'store',
  'tracking',
  'reports',
  'core',
]
const assetEndings = ['.yaml', '.css', '.wasm', '.proto', '.svg', '.html']

const walk = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        const path = join(folder, entry.name)
        return entry.isDirectory() ? walk(path) : [path]
      })
    : []

const require = createRequire(import.meta.url)
const expected = new Set()

// Every file at the top of an assembly/ becomes one module: models/kernels/assembly/training.ts -> dist/models/kernels/training.wasm.
const kernelFolders = ['models/kernels', 'features/sweep/kernels', 'engines/parquet/kernels']
const assemblies = kernelFolders.map((folder) => join(root, folder, 'assembly')).filter((path) => existsSync(path))
const assemblyFlags = (
  '-O3 --noAssert --runtime stub --noExportMemory --importMemory --sharedMemory --initialMemory 1 ' +
  '--maximumMemory 65536 --enable simd --enable threads --enable bulk-memory'
).split(' ')
const assemblyVersion = JSON.parse(readFileSync(require.resolve('assemblyscript/package.json'), 'utf8')).version
const assemblyHash = createHash('sha256').update(JSON.stringify([assemblyVersion, assemblyFlags]))
for (const path of assemblies.flatMap(walk).sort())
  assemblyHash.update(relative(root, path)).update('\0').update(readFileSync(path))
const stamp = assemblyHash.digest('hex')
const stampFile = join(dist, 'kernels.sha256')
const kernelSources = assemblies.flatMap((assembly) =>
  readdirSync(assembly)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(assembly, name)),
)
const kernelFile = (source) =>
  join(dist, relative(root, dirname(dirname(source))), basename(source).replace(/\.ts$/, '.wasm'))
const isStamped =
  existsSync(stampFile) &&
  readFileSync(stampFile, 'utf8') === stamp &&
  kernelSources.every((source) => existsSync(kernelFile(source)))
for (const source of kernelSources) {
  expected.add(kernelFile(source))
  if (isStamped) continue
  const asc = join(dirname(require.resolve('assemblyscript/package.json')), 'bin', 'asc.js')
  const target = relative(root, kernelFile(source))
  const made = spawnSync(process.execPath, [asc, relative(root, source), ...assemblyFlags, '-o', target], {
    cwd: root,
    stdio: 'inherit',
  })
  if (made.status !== 0) process.exit(made.status ?? 1)
}
if (!isStamped) writeFileSync(stampFile, stamp)

const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
const compiled = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.json')], { stdio: 'inherit' })
if (compiled.status !== 0) process.exit(compiled.status ?? 1)

for (const room of rooms) {
  for (const path of walk(join(root, room))) {
    if (assemblies.some((assembly) => path.startsWith(assembly))) continue
    const target = join(dist, relative(root, path))
    if (path.endsWith('.ts')) expected.add(target.replace(/\.ts$/, '.js'))
    else if (assetEndings.some((ending) => path.endsWith(ending))) {
      expected.add(target)
      mkdirSync(dirname(target), { recursive: true })
      if (!existsSync(target) || !readFileSync(target).equals(readFileSync(path))) copyFileSync(path, target)
    }
  }
}
// A thread whose start is a part of what users wait for begins from one file, in half the processor time: Node finds, reads
// and links modules one by one, in every thread anew.
for (const worker of ['features/sweep/worker']) {
  const file = join(dist, `${worker}.cjs`)
  expected.add(file)
  const bundle = await rolldown({ input: join(dist, `${worker}.js`), platform: 'node', cwd: root, logLevel: 'warn' })
  await bundle.write({ file, format: 'cjs' })
  await bundle.close()
}
for (const room of rooms) for (const path of walk(join(dist, room))) if (!expected.has(path)) rmSync(path)

const versions = {}
for (const room of rooms) {
  const hash = createHash('sha256')
  for (const path of walk(join(dist, room)).sort())
    hash.update(relative(dist, path)).update('\0').update(readFileSync(path))
  versions[room] = hash.digest('hex')
}
const versionsFile = join(dist, 'versions.json')
writeFileSync(versionsFile + '.tmp', JSON.stringify(versions, null, 2) + '\n')
renameSync(versionsFile + '.tmp', versionsFile)
const bin = join(dist, 'cli', 'main.js')
if (existsSync(bin) && (statSync(bin).mode & 0o111) === 0) chmodSync(bin, 0o755)
