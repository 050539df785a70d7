import { readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import type { Resources } from '../core/stage.ts'
import { parseSize } from '../engines/registry.ts'

export interface ResourceWish {
  readonly threads?: number
  /** Like `4GB`. */
  readonly memory?: string
}

/** Threads and memory for a run: as wished, else every core and half of the memory that this process may use. */
export function machineResources(wish: ResourceWish): Resources {
  const threads = wish.threads ?? availableParallelism()
  const memoryBytes = wish.memory === undefined ? Math.floor(usableMemory() / 2) : parseSize(wish.memory)
  return { threads, memoryBytes }
}

/** The machine's memory, or less where a container's limit says so. */
function usableMemory(): number {
  const limits = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'].map(readLimit)
  return Math.min(totalmem(), ...limits.filter((limit) => Number.isFinite(limit) && limit > 0))
}

function readLimit(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8').trim())
  } catch {
    return Number.NaN
  }
}
