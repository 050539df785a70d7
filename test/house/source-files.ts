import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The top-level folder of the checkout. */
export const root = join(import.meta.dirname, '..', '..')

/** The rooms of the product, as in docs and tsconfig.json. */
export const rooms = [
  'cli',
  'pipelines',
  'configs',
  'data',
  'engines',
  'features',
  'cohorts',
  'models',
  'evaluation',
  'campaigns',
  'store',
  'tracking',
  'reports',
  'core',
] as const
export type Room = (typeof rooms)[number]

/** AssemblyScript: another compiler, other rules for imports. */
const assembly = '/kernels/assembly/'

/** Paths below `folder` (relative to the checkout, with `/`) that end with one of `endings`; kernels in AssemblyScript left out. */
export function filesBelow(folder: string, endings: readonly string[]): string[] {
  // A room without a file yet is no folder in a fresh checkout.
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !path.includes(assembly))
    .sort()
}
