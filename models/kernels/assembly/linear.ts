export { addProducts } from './linear/add-products'
