/** Hashes below it are the share `fraction` in [0, 1] of `Dialect.stableHash`'s range [0, 2^60). */
export const stableThreshold = (fraction: number): bigint => BigInt(Math.round(fraction * 2 ** 52)) << 8n
