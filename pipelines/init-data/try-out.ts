import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { loadConfig } from '../../configs/load.ts'
import { EbbError } from '../../core/errors.ts'
import { makeFolder } from '../../core/make-folder.ts'
import { writeFileAtomic } from '../../store/atomic.ts'
import { checkConfig } from '../check.ts'
import type { InitDataRequest } from '../init-data.ts'

/** Loads and checks the text as a file of the folder, under a name that nobody has; returns what the check says. */
export async function tryOut(text: string, request: InitDataRequest): Promise<readonly string[]> {
  const { dir, env, signal, resources } = request
  const path = join(dir, '.churn-proposal.yaml')
  await makeFolder(dir)
  await writeFileAtomic(path, text)
  try {
    const loaded = await loadConfig({ path, env })
    const emit = (): void => undefined
    const { checks, summary } = await checkConfig({ loaded, asOf: null, withData: true, signal, emit, resources })
    const failed = checks.find(({ passed, severity }) => !passed && severity === 'error')
    if (failed !== undefined)
      throw new EbbError({
        code: 'INIT_CHECK_FAILED',
        kind: 'data',
        where: request.file,
        what: `${failed.name}: ${failed.message}`,
        expected: failed.expected,
        received: failed.observed,
      })
    return summary
  } finally {
    await rm(path, { force: true })
  }
}
