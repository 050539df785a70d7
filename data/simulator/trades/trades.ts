import { content } from './content.ts'
import { ecommerce } from './ecommerce.ts'
import { education } from './education.ts'
import { finance } from './finance.ts'
import { game } from './game.ts'
import { saas } from './saas.ts'
import { telecom } from './telecom.ts'
import type { Trade } from './trade.ts'
import { travel } from './travel.ts'

/** Every trade, by the name of its template. */
export const trades = {
  ecommerce,
  saas,
  content,
  game,
  education,
  finance,
  travel,
  telecom,
} as const satisfies Readonly<Record<string, Trade>>
