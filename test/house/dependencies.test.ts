import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesBelow, rooms, root } from './source-files.ts'

interface Package {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Package

/** What an installed Ebb brings along. A new name here is a decision, not a side effect. */
const runtimeDependencies = ['@duckdb/node-api', '@observablehq/plot', 'linkedom', 'pg', 'pino', 'yaml', 'yargs', 'zod']

describe('dependencies', () => {
  it('there are eight at run time, these and no others', () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual(runtimeDependencies)
    expect(manifest.optionalDependencies ?? {}).toEqual({})
    expect(manifest.peerDependencies ?? {}).toEqual({})
  })

  it('every version is exact', () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
  })

  it('the product imports nothing but these and Node', () => {
    const imported = rooms
      .flatMap((room) => filesBelow(room, ['.ts']))
      .flatMap((path) => {
        const text = readFileSync(join(root, path), 'utf8').replaceAll(/^\s*\/\/.*$|\/\*[\s\S]*?\*\//gm, '')
        const names = [...text.matchAll(/^(?:import|export)\b[^'"]*?\bfrom\s+'([^'.#][^']*)'/gm)].map(
          (match) => match[1]!,
        )
        const dynamic = [...text.matchAll(/\bimport\('([^'.#][^']*)'\)/g)].map((match) => match[1]!)
        return [...names, ...dynamic].map((name) => packageOf(name))
      })
    const foreign = new Set(imported.filter((name) => name !== 'node'))
    expect([...foreign].filter((name) => !runtimeDependencies.includes(name))).toEqual([])
    expect(foreign.size).toBeGreaterThan(3)
  })
})

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return 'node'
  const [scope, name] = specifier.split('/')
  return specifier.startsWith('@') ? `${scope}/${name}` : (scope ?? '')
}
