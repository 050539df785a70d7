import { dirname } from 'node:path'
import { locate } from '../core/locate.ts'

/** The checkout: the benchmarks run compiled, from a folder of their own below it. */
export const root = dirname(dirname(dirname(locate('cli/main.js'))))
