export * from './sweep/registers'
