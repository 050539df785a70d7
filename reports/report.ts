import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { locate } from '../core/locate.ts'
import { writeFileAtomic } from '../store/atomic.ts'
import { runFiles } from '../store/layout.ts'
import { readRunFiles } from './run-files.ts'

/**
 * Writes report.html and plots/*.svg into the folder of a run, from the files that lie there and nothing else; returns
 * the path of the report. A missing file is named in its section; only run.json must be there (EbbError of kind `usage`).
 */
export async function writeReport({ runDir }: { readonly runDir: string }): Promise<string> {
  const files = await readRunFiles(runDir)
  const css = await readFile(locate('reports/report.css'), 'utf8')
  // Imported here: the charting library costs half a second that commands without a report should not pay.
  const [{ renderPage }, { standalone }] = await Promise.all([import('./page.ts'), import('./charts/standalone.ts')])
  const page = renderPage(files, css)
  for (const [name, svg] of page.charts)
    await writeFileAtomic(join(runDir, runFiles.plots, `${name}.svg`), standalone(svg, css))
  const path = join(runDir, runFiles.report)
  await writeFileAtomic(path, page.html)
  return path
}
