export * from './sweep/columns'
export * from './sweep/day-measures'
export * from './sweep/edges'
export * from './sweep/event-measures'
export * from './sweep/formulas'
export * from './sweep/history'
export * from './sweep/history-days'
export * from './sweep/history-sums'
export * from './sweep/history-values'
export * from './sweep/level-measures'
export * from './sweep/level-sets'
export { groupByUser, orderByTime, placeUsers } from './sweep/records'
export {
  bytesOfCodes,
  bytesOfFloats,
  bytesToCodes,
  bytesToFloats,
  codesToBytes,
  floatsToBytes,
  floatsToShorts,
  joinPieces,
  shortsToFloats,
} from './sweep/refresh'
export * from './sweep/registers'
export { addToSum, endSum } from './sweep/sums'
export * from './sweep/select-users'
export * from './sweep/time-measures'
export * from './sweep/waiting-rows'
export { findRowEnds } from './sweep/walk'
export { countStatuses, joinStatuses, judgeMarks, keepBoth, markFirst, markWindows } from './sweep/spine'
