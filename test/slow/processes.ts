import { spawn } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { RunRecord } from '../../core/artifacts.ts'
import { locate } from '../../core/locate.ts'
import { isRunId } from '../../store/layout.ts'
import { verifyPublished } from '../../store/verify.ts'
import { tinyShopConfig } from '../support/tiny-shop.ts'

/** When and how a process is to be hit; see act-at.mjs. */
export type Act =
  | { readonly signal: NodeJS.Signals; readonly stage: string; readonly delayMs: number }
  | { readonly signal: NodeJS.Signals; readonly task: string }
  | { readonly signal: NodeJS.Signals; readonly rename: number; readonly when: 'before' | 'after' }
  | { readonly fill: string; readonly stage: string; readonly delayMs: number }

/** The tiny shop with two kinds of model and few features: every stage, in a second or two. */
export const smallConfig = tinyShopConfig
  .replace('features: {', 'features: { use: [transaction],')
  .replace(/^ {2}(forest|network): .*\n/gm, '')

export interface Finished {
  /** Exit code, or the signal that ended the process. */
  readonly code: number | NodeJS.Signals | null
  readonly stdout: string
  /** Without the lines of finished stages. */
  readonly stderr: string
}

export interface Running {
  readonly pid: number
  readonly finished: Promise<Finished>
}

/** `ebb ARGV` as a process of its own in `folder`. */
export function startEbb(folder: string, argv: readonly string[], act?: Act): Running {
  const { CI: _ci, EBB_DEBUG: _debug, ...inherited } = process.env
  const env = { ...inherited, NO_COLOR: '1', ...(act === undefined ? {} : { EBB_TEST_ACT: JSON.stringify(act) }) }
  const preload = act === undefined ? [] : ['--import', new URL('act-at.mjs', import.meta.url).href]
  const child = spawn(process.execPath, [...preload, locate('cli/main.js'), ...argv], { cwd: folder, env })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) =>
      resolve({ code: code ?? signal, stdout, stderr: stderr.replaceAll(/^(✓|!).*\n/gm, '') }),
    )
  })
  return { pid: child.pid!, finished }
}

export const ebb = (folder: string, argv: readonly string[], act?: Act): Promise<Finished> =>
  startEbb(folder, argv, act).finished

export const testFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const names = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])

/** Ids of all runs, newest first (runs of the same second in any order). */
export async function runIds(folder: string): Promise<string[]> {
  return (await names(join(folder, 'runs'))).filter(isRunId).toReversed()
}

export const locks = (folder: string): Promise<string[]> => names(join(folder, 'runs', '.store', 'locks'))

export async function recordOf(folder: string, run: string): Promise<RunRecord> {
  return JSON.parse(await readFile(join(folder, 'runs', run, 'run.json'), 'utf8')) as RunRecord
}

/** By name, what has been begun in a run and how long each finished stage took, by its event log. */
export async function stagesOf(folder: string, run: string): Promise<{ begun: string[]; ms: Map<string, number> }> {
  const text = await readFile(join(folder, 'runs', run, 'events.jsonl'), 'utf8').catch(() => '')
  const begun: string[] = []
  const ms = new Map<string, number>()
  for (const line of text.split('\n')) {
    // The last line of a killed run may be cut.
    if (!line.endsWith('}')) continue
    const event = JSON.parse(line) as { name?: string; message?: string; msg?: string; fields?: { ms?: number } }
    if (event.name === undefined) continue
    if (event.message === 'start') begun.push(event.name)
    if (event.message === 'done') ms.set(event.name, event.fields?.ms ?? 0)
  }
  return { begun, ms }
}

/** Runs that stand under their final names, scores or excluded users, each verified by its hashes. */
export async function publishedRuns(folder: string, root: 'scores' | 'excluded' = 'scores'): Promise<string[]> {
  const version = join(folder, root, 'tiny-shop', 'v1')
  const runs: string[] = []
  const pointers: string[] = []
  for (const entry of await names(version)) {
    if (entry === 'latest.json') pointers.push(version)
    else if (/^\d{4}-\d{2}-\d{2}$/.test(entry))
      for (const name of await names(join(version, entry))) {
        if (name === 'current.json') pointers.push(join(version, entry))
        else runs.push(join(version, entry, name))
      }
    else throw new Error(`${join(version, entry)} has no business here`)
  }
  for (const place of [...runs, ...pointers]) await verifyPublished(place, { readBack: () => Promise.resolve() })
  return runs.map((path) => path.split('/').at(-1)!)
}

/** No file below the run directories has its own name and half of its content. */
export async function expectWholeFiles(folder: string): Promise<void> {
  for (const entry of await readdir(join(folder, 'runs'), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const isScratch = /\.(tmp-|partial)|\/tmp\/|\/\.store\//.test(path)
    if (!entry.isFile() || isScratch) continue
    const bytes = await readFile(path)
    if (path.endsWith('.json')) expect([path, isJson(bytes.toString('utf8'))]).toEqual([path, true])
    if (path.endsWith('.parquet')) {
      const ends = [bytes.subarray(0, 4), bytes.subarray(-4)].map(String)
      expect([path, ends]).toEqual([path, ['PAR1', 'PAR1']])
    }
    if (path.endsWith('.html'))
      expect([path, bytes.toString('utf8').trimEnd().endsWith('</html>')]).toEqual([path, true])
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
