export * from './sweep/formulas'
export * from './sweep/registers'
export * from './sweep/waiting-rows'
