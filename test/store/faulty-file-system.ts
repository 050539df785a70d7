import { nodeFileSystem, type FileSystem } from '../../store/file-system.ts'

const nothing = (): Promise<void> => Promise.resolve()

/** The real disk without waiting for it: for tests that write much and pull no plug. */
export const hastyFileSystem: FileSystem = { ...nodeFileSystem, syncFile: nothing, syncFolder: nothing }

/**
 * The real disk that fails at its `failAt`-th step (1-based) that writes, syncs, renames or makes a folder:
 * `once`: that step alone; `full`: from then on nothing can be written, but removing works; `killed`: from then on
 * nothing works at all, as if the process had been killed there. A failing write leaves half of its content behind.
 */
export interface FaultyFileSystem extends FileSystem {
  readonly steps: () => number
  readonly hasFailed: () => boolean
}

export function faultyFileSystem(
  failAt: number,
  mode: 'once' | 'full' | 'killed' = 'full',
  code = 'ENOSPC',
): FaultyFileSystem {
  let steps = 0
  let hasFailed = false
  const fault = (path: string): Error => Object.assign(new Error(`${code}: injected, write '${path}'`), { code, path })
  const step = async (path: string, work: () => Promise<void>, half?: () => Promise<void>): Promise<void> => {
    steps += 1
    const fails = mode === 'once' ? steps === failAt : steps >= failAt
    if (!fails) return work()
    const isFirst = !hasFailed
    hasFailed = true
    if (isFirst) await half?.()
    throw fault(path)
  }
  const read = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
    if (mode === 'killed' && hasFailed) throw fault(path)
    return work()
  }
  const half = (content: string | Uint8Array): string | Uint8Array => content.slice(0, Math.floor(content.length / 2))
  const real = hastyFileSystem
  return {
    steps: () => steps,
    hasFailed: () => hasFailed,
    mkdir: (path) => step(path, () => real.mkdir(path)),
    writeFile: (path, content, flag) =>
      step(
        path,
        () => real.writeFile(path, content, flag),
        // Nothing to write: it is the opening that fails.
        async () => (content.length === 0 ? undefined : real.writeFile(path, half(content), flag)),
      ),
    appendFile: (path, text) =>
      step(
        path,
        () => real.appendFile(path, text),
        () => real.appendFile(path, String(half(text))),
      ),
    syncFile: (path) => step(path, () => real.syncFile(path)),
    syncFolder: (path) => step(path, () => real.syncFolder(path)),
    rename: (from, to) => step(to, () => real.rename(from, to)),
    remove: (path) => read(path, () => real.remove(path)),
    readFile: (path) => read(path, () => real.readFile(path)),
    list: (path) => read(path, () => real.list(path)),
    stat: (path) => read(path, () => real.stat(path)),
  }
}

/** Calls `attempt` with a disk that fails at step 1, 2, … until it got through without meeting the fault. */
export async function atEveryStep(
  mode: 'once' | 'full' | 'killed',
  attempt: (fs: FaultyFileSystem, step: number) => Promise<void>,
): Promise<number> {
  for (let step = 1; step < 500; step++) {
    const fs = faultyFileSystem(step, mode)
    await attempt(fs, step)
    if (!fs.hasFailed()) return step - 1
  }
  throw new Error('the operation never got through')
}
