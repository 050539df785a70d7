import type { Room } from './source-files.ts'

/** Who may import whom; every room may import itself. `anything` is for what stands above the rooms. */
export const importTable: Readonly<Record<Room, readonly Room[] | 'anything'>> = {
  core: [],
  store: ['core'],
  engines: ['core'],
  models: ['core'],
  evaluation: ['core'],
  data: ['core', 'engines'],
  features: ['core', 'engines'],
  cohorts: ['core', 'engines', 'features', 'evaluation', 'models'],
  campaigns: ['core', 'engines', 'features', 'evaluation', 'models', 'store'],
  tracking: ['core', 'store', 'evaluation'],
  reports: ['core', 'store', 'evaluation'],
  configs: ['core', 'data', 'engines', 'features', 'cohorts', 'models', 'evaluation'],
  pipelines: [
    'core',
    'store',
    'engines',
    'models',
    'evaluation',
    'data',
    'features',
    'cohorts',
    'campaigns',
    'tracking',
    'reports',
    'configs',
  ],
  cli: 'anything',
}

/** Sub-folders that other rooms may reach into. */
export const openFolders: readonly string[] = ['core/numeric']

export interface SourceFile {
  /** Relative to the checkout, e.g. `evaluation/split.ts`. */
  readonly path: string
  readonly text: string
}

/** One line per import that the table forbids, e.g. `evaluation/x.ts imports models/`; empty when all is well. */
export function forbiddenImports({ path, text }: SourceFile): string[] {
  const room = roomOf(path)
  return importedFiles(path, text).flatMap((imported) => {
    const other = roomOf(imported)
    if (other === room) return []
    const allowed = importTable[room as Room]
    if (allowed !== 'anything' && !allowed.includes(other as Room)) return [`${path} imports ${other}/`]
    const folder = imported.split('/').slice(0, -1).join('/')
    const isPrivate = folder !== other && !openFolders.includes(folder)
    return isPrivate ? [`${path} imports ${imported}, which is private to ${other}/`] : []
  })
}

const roomOf = (path: string): string => path.split('/')[0] ?? ''

/** Files that `text` names in `import`, `import type`, `export … from` or `import()`, relative to the checkout. */
export function importedFiles(path: string, text: string): string[] {
  const code = text.replaceAll(/^\s*\/\/.*$|\/\*[\s\S]*?\*\//gm, '')
  const specifiers = [...code.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.[^'"]+)\1/g)].map((match) => match[2]!)
  return specifiers.map((specifier) => new URL(specifier, `file:///${path}`).pathname.slice(1))
}
