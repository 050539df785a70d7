export * from './sweep/formulas'
export { groupByUser, orderByTime, placeUsers } from './sweep/records'
export * from './sweep/registers'
export * from './sweep/waiting-rows'
