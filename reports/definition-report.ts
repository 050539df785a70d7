import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DefinitionLab } from '../core/definition-lab.ts'
import { locate } from '../core/locate.ts'
import { writeFileAtomic, writeJsonAtomic } from '../store/atomic.ts'

/** Writes definition.json and definition.html (one file, no request to elsewhere) below `outDir`; returns their paths. */
export async function writeDefinitionReport(lab: DefinitionLab, outDir: string): Promise<string[]> {
  const css = await readFile(locate('reports/report.css'), 'utf8')
  const { renderDefinitionPage } = await import('./definition-page.ts')
  const [json, page] = [join(outDir, 'definition.json'), join(outDir, 'definition.html')]
  await writeJsonAtomic(json, lab)
  await writeFileAtomic(page, renderDefinitionPage(lab, css))
  return [page, json]
}
