import { join } from 'node:path'
import { makeFolder } from '../../core/make-folder.ts'
import type { ParquetParts } from '../../engines/engine.ts'
import type { CompiledExamples } from '../../features/plan.ts'
import type { StageContext } from '../context.ts'

/** The examples as files on this machine: those that were made slice by slice, or the result of their query. */
export async function examplesParts(
  context: Pick<StageContext, 'engine' | 'signal' | 'workDir'>,
  compiled: Pick<CompiledExamples, 'select' | 'parts'>,
  name: string,
): Promise<ParquetParts> {
  if (compiled.parts !== undefined) return compiled.parts
  const folder = join(context.workDir, name)
  await makeFolder(folder)
  return context.engine.pull(compiled.select, folder, { signal: context.signal })
}
