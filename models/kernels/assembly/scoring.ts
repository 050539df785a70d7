export { scoreRows } from './scoring/score-rows'
export { findLeaves } from './scoring/find-leaves'
export { explainRows } from './scoring/explain-rows'
export { tabulateLeaves } from './scoring/tabulate-leaves'
