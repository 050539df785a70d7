import { access, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { configJsonSchema } from '../configs/json-schema.ts'
import { EbbError } from '../core/errors.ts'
import { jsonText } from '../core/json.ts'
import { makeFolder } from '../core/make-folder.ts'
import { writeFileAtomic } from '../store/atomic.ts'
import { onDisk } from '../store/file-system.ts'

/** Names of what `ebb init` writes into a folder. */
export const initNames = {
  config: 'churn.yaml',
  schema: 'ebb.v1.schema.json',
  readme: 'README.md',
  gitignore: '.gitignore',
} as const

const ignored = ['runs/', 'scores/', 'excluded/', 'analysis/'] as const

/** Refuses with one line when any of `names` lies in the folder already, or the folder is a file. */
export async function refuseOverwriting(dir: string, names: readonly string[]): Promise<void> {
  const file = await fileInTheWay(resolve(dir))
  if (file !== null)
    throw new EbbError({
      code: 'INIT_EXISTS',
      kind: 'usage',
      where: `ebb init ${dir}`,
      what: file === resolve(dir) ? 'is a file' : 'lies below a file',
      expected: 'a new folder, or one without a config',
    })
  const there: string[] = []
  for (const name of names) if (await exists(join(dir, name))) there.push(name)
  if (there.length === 0) return
  throw new EbbError({
    code: 'INIT_EXISTS',
    kind: 'usage',
    where: `ebb init ${dir}`,
    what: `would overwrite ${there.join(' and ')}`,
    expected: 'a new folder, or one without them',
    hint: 'choose another folder: ebb init DIR',
  })
}

/** The file that stands where `dir` or one of its parents would have to be; null: none. */
async function fileInTheWay(dir: string): Promise<string | null> {
  const found = await stat(dir).catch((error: NodeJS.ErrnoException) => error.code)
  if (typeof found === 'object') return found.isDirectory() ? null : dir
  return dirname(dir) === dir ? null : fileInTheWay(dirname(dir))
}

/** Writes config, schema, README (unless there is one) and .gitignore entries; returns what was written, by name. */
export async function writeInitFolder(
  dir: string,
  texts: { readonly config: string; readonly readme: string; readonly ignore: readonly string[] },
): Promise<string[]> {
  await onDisk(dir, () => makeFolder(dir))
  const written: string[] = []
  const write = async (name: string, text: string): Promise<void> => {
    await writeFileAtomic(join(dir, name), text)
    written.push(name)
  }
  await write(initNames.schema, jsonText(configJsonSchema()))
  if (!(await exists(join(dir, initNames.readme)))) await write(initNames.readme, texts.readme)
  const before = await readFile(join(dir, initNames.gitignore), 'utf8').catch(() => '')
  const missing = [...ignored, ...texts.ignore].filter((line) => !before.split(/\r?\n/).includes(line))
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  if (missing.length > 0) await write(initNames.gitignore, `${before}${gap}${missing.join('\n')}\n`)
  // Last: whoever finds the config finds everything that it needs.
  await write(initNames.config, texts.config)
  return written
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
