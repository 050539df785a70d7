import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * Absolute path of a compiled file or asset that is opened by path (workers, wasm, templates), e.g.
 * `locate('store/heartbeat.js')`. The same from source (tests) and from `dist/`. Throws when the build has not run.
 */
export function locate(pathInDist: string): string {
  return require.resolve(`#dist/${pathInDist}`)
}
