export { scoreRows } from './scoring/score-rows'
export { findLeaves } from './scoring/find-leaves'
