import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EbbError } from '../../core/errors.ts'
import { addressHint, isAddress } from '../sources/find-files.ts'

const ofData = /\.(csv|tsv|txt|ndjson|jsonl|json|parquet|pq)(\.gz|\.zst)?$/i

/** Refuses an address, a folder and a pattern, each with what to give in its place; whether the file is there is asked later. */
export async function requireOneFile(path: string): Promise<void> {
  const entry = await stat(path).catch(() => null)
  if (entry?.isDirectory() === true) {
    const first = (await readdir(path)).sort().find((name) => ofData.test(name))
    throw refusal(
      path,
      'is a folder',
      first === undefined ? 'no file in it looks like a log' : oneOf(join(path, first)),
    )
  }
  if (entry !== null) return
  if (isAddress(path)) throw refusal(path, 'is an address', addressHint)
  if (/[*?[]/.test(path)) throw refusal(path, 'is a pattern', oneOf('any of them'))
}

const oneOf = (file: string): string =>
  `give ${file}, and where several make the log, write the pattern into sources.log.path of the config`

function refusal(path: string, what: string, hint: string): EbbError {
  const where = `ebb init --data: ${path}`
  return new EbbError({ code: 'INPUT_MISSING', kind: 'data', where, what, expected: 'one file', hint })
}
