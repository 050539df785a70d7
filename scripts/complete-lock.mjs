// Completes package-lock.json. A registry that mirrors only some platforms makes npm write a lock without the optional
// packages of the others; `npm ci` then stops with "Missing: …" on every machine. For each name in optionalDependencies
// that has no entry we add one with version, optional, os, cpu and libc read from the name. Also drops `resolved`, so
// that the lock names no registry. Run `npm run lock` after each change of dependencies.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const systems = new Set([
  'darwin',
  'linux',
  'win32',
  'freebsd',
  'android',
  'sunos',
  'aix',
  'netbsd',
  'openbsd',
  'openharmony',
  'cygwin',
])
const processors = new Set([
  'x64',
  'arm64',
  'arm',
  'ia32',
  'ppc64',
  'ppc64le',
  's390x',
  'riscv64',
  'loong64',
  'mips64el',
  'wasm32',
])
const libraries = {
  gnu: 'glibc',
  musl: 'musl',
  gnueabihf: 'glibc',
  musleabihf: 'musl',
  gnueabi: 'glibc',
  eabi: undefined,
  msvc: undefined,
}

/** Platform fields that npm would have written for a package named like `@scope/name-linux-x64-musl`. */
export function platformOf(name) {
  const words = name.replace(/^@[^/]+\//, '').split('-')
  const entry = {}
  const system = words.find((word) => systems.has(word))
  const processor = words.find((word) => processors.has(word))
  const library = words.find((word) => libraries[word] !== undefined)
  if (system) entry.os = [system]
  if (processor) entry.cpu = [processor === 'ppc64le' ? 'ppc64' : processor]
  if (library && system === 'linux') entry.libc = [libraries[library]]
  return entry
}

/** Names that some entry wants as optional dependency and that have no entry of their own. */
export function missingFrom(lock) {
  const missing = new Map()
  for (const entry of Object.values(lock.packages))
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {}))
      if (!Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${name}`)))
        missing.set(name, { range, dev: entry.dev })
  return missing
}

export function completeLock(lock) {
  for (const entry of Object.values(lock.packages)) if (/^https?:/.test(entry.resolved ?? '')) delete entry.resolved
  for (const [name, { range, dev }] of missingFrom(lock)) {
    const version = /\d+\.\d+\.\d+[^\s|]*/.exec(range)?.[0] ?? range
    lock.packages[`node_modules/${name}`] = { version, ...platformOf(name), ...(dev ? { dev } : {}), optional: true }
  }
  const [[root, own], ...rest] = Object.entries(lock.packages)
  lock.packages = Object.fromEntries([[root, own], ...rest.sort(([a], [b]) => (a < b ? -1 : 1))])
  return lock
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  const before = missingFrom(lock).size
  writeFileSync(file, JSON.stringify(completeLock(lock), null, 2) + '\n')
  console.error(`package-lock.json: ${before} entries added, ${missingFrom(lock).size} missing`)
}
