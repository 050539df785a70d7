/**
 * Constants of the kernel `slopes`, handed to it as arguments: the engine rebuilds vector constants at each use, values
 * that were loaded it keeps. In float32: 0, 1, 2; the largest distance that exp is asked for; 1 / log 2; log 2 in two parts;
 * 2^23 + 127, which turns the float n into the exponent bits of 2^n; exp by Cephes' expf; log(1 + e) by the series of atanh.
 */
const basics = [0, 1, 2, 87, Math.LOG2E, 0.693359375, -2.1219444e-4, 2 ** 23 + 127]
const exponential = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1]
const logarithm = [1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3]

export const slopeConstants: readonly number[] = [...basics, ...exponential, ...logarithm]
