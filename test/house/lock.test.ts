import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { root } from './source-files.ts'

interface Lock {
  packages: Record<string, object>
}
interface LockScript {
  completeLock(lock: Lock): Lock
  missingFrom(lock: Lock): Map<string, unknown>
  platformOf(name: string): object
}
const script: unknown = await import(pathToFileURL(join(root, 'scripts', 'complete-lock.mjs')).href)
const { completeLock, missingFrom, platformOf } = script as LockScript

const text = readFileSync(join(root, 'package-lock.json'), 'utf8')
const lock = JSON.parse(text) as { packages: Record<string, { version?: string; resolved?: string }> }
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string>>

describe('package-lock.json', () => {
  it('is complete: every optional package of every platform has an entry', () => {
    expect([...missingFrom(lock).keys()]).toEqual([])
  })

  it('names no registry', () => {
    expect(text.match(/https?:\/\/[^"]*\.tgz/g) ?? []).toEqual([])
    expect(Object.values(lock.packages).filter((entry) => entry.resolved !== undefined)).toEqual([])
  })

  it('holds the very versions of package.json', () => {
    const wanted = { ...manifest['dependencies'], ...manifest['devDependencies'] }
    const locked = Object.keys(wanted).map((name) => [name, lock.packages[`node_modules/${name}`]?.version])
    expect(Object.fromEntries(locked)).toEqual(wanted)
  })
})

describe('completing a lock', () => {
  it('adds the missing platform with its system, processor and C library', () => {
    const partial = {
      packages: {
        '': {},
        'node_modules/a': { version: '1.0.0', optionalDependencies: { 'a-linux-x64-musl': '1.0.0' } },
      },
    }
    expect([...missingFrom(partial).keys()]).toEqual(['a-linux-x64-musl'])
    const completed = completeLock(structuredClone(partial))
    expect(completed.packages['node_modules/a-linux-x64-musl']).toEqual({
      version: '1.0.0',
      os: ['linux'],
      cpu: ['x64'],
      libc: ['musl'],
      optional: true,
    })
    expect([...missingFrom(completed).keys()]).toEqual([])
  })

  it.each([
    ['@duckdb/node-bindings-darwin-arm64', { os: ['darwin'], cpu: ['arm64'] }],
    ['@x/y-linux-arm64-gnu', { os: ['linux'], cpu: ['arm64'], libc: ['glibc'] }],
    ['@x/y-win32-x64-msvc', { os: ['win32'], cpu: ['x64'] }],
  ])('%s is for %j', (name, platform) => {
    expect(platformOf(name)).toEqual(platform)
  })
})
