import type { Labels } from '../../core/dataset.ts'

/** Whether there is a 0 and a 1 among the labels. */
export const hasBothClasses = (y: Labels): boolean => y.includes(0) && y.includes(1)
