import { createHash } from 'node:crypto'

/** In [0, 2^60): the first 15 hex digits of the MD5 of the UTF-8 text; equals every dialect's `stableHash`. */
export function stableHash(text: string): bigint {
  return BigInt(`0x${createHash('md5').update(text).digest('hex').slice(0, 15)}`)
}

/** Uniform in [0, 1): `stableHash / 2^60`. For hold-outs and folds that must not depend on the engine or the run. */
export function stableFraction(text: string): number {
  return Number(stableHash(text)) / 2 ** 60
}
