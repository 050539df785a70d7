export { fitBounds } from './training/fit-bounds'
