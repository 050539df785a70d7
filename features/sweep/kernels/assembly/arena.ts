export * from './arena/pack'
export * from './arena/place'
