/** What a value is. */
export type ValueType = 'number' | 'text' | 'truth'

/** A node of an expression; `type` null = NULL, which is of any type. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: number | string | boolean | null; readonly type: ValueType | null }
  | { readonly kind: 'column'; readonly name: string; readonly type: ValueType }
  | { readonly kind: 'negative'; readonly of: Expression; readonly type: ValueType | null }
  | {
      readonly kind: 'binary'
      readonly by: BinaryOperator
      readonly left: Expression
      readonly right: Expression
      readonly type: ValueType | null
    }
  | { readonly kind: 'not'; readonly of: Expression; readonly type: ValueType }
  | { readonly kind: 'isNull'; readonly of: Expression; readonly type: ValueType }
  | { readonly kind: 'in'; readonly of: Expression; readonly list: readonly Expression[]; readonly type: ValueType }
  | {
      readonly kind: 'case'
      readonly whens: readonly { readonly when: Expression; readonly value: Expression }[]
      readonly otherwise: Expression | null
      readonly type: ValueType | null
    }
  | {
      readonly kind: 'call'
      readonly name: ScalarName
      readonly of: readonly Expression[]
      readonly type: ValueType | null
    }
  | {
      readonly kind: 'aggregate'
      readonly name: AggregateName
      /** Null for count(*). */
      readonly of: Expression | null
      readonly isDistinct: boolean
      readonly filter: Expression | null
      readonly type: ValueType
    }

export type BinaryOperator = '+' | '-' | '*' | '/' | '=' | '<>' | '<' | '<=' | '>' | '>=' | 'and' | 'or'

export const aggregateNames = ['count', 'sum', 'avg', 'min', 'max', 'median'] as const
export type AggregateName = (typeof aggregateNames)[number]

export interface ScalarFunction {
  /** Least and greatest number of arguments. */
  readonly inputs: readonly [least: number, most: number]
  /** Type of all arguments; null: any, but all alike. */
  readonly takes: ValueType | null
  /** Null: that of the arguments. */
  readonly gives: ValueType | null
}

const one: readonly [number, number] = [1, 1]
const numeric = { inputs: one, takes: 'number', gives: 'number' } as const
const alike = { inputs: [2, 20], takes: null, gives: null } as const

export const scalarFunctions = {
  abs: numeric,
  floor: numeric,
  ceil: numeric,
  sqrt: numeric,
  ln: numeric,
  exp: numeric,
  round: { inputs: [1, 2], takes: 'number', gives: 'number' },
  least: alike,
  greatest: alike,
  coalesce: alike,
  nullif: { inputs: [2, 2], takes: null, gives: null },
  lower: { inputs: one, takes: 'text', gives: 'text' },
  upper: { inputs: one, takes: 'text', gives: 'text' },
  length: { inputs: one, takes: 'text', gives: 'number' },
} as const satisfies Readonly<Record<string, ScalarFunction>>
export type ScalarName = keyof typeof scalarFunctions

/** The nodes right below a node. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'column':
      return []
    case 'negative':
    case 'not':
    case 'isNull':
      return [node.of]
    case 'binary':
      return [node.left, node.right]
    case 'in':
      return [node.of, ...node.list]
    case 'case':
      return [
        ...node.whens.flatMap(({ when, value }) => [when, value]),
        ...(node.otherwise === null ? [] : [node.otherwise]),
      ]
    case 'call':
      return node.of
    case 'aggregate':
      return [node.of, node.filter].filter((part) => part !== null)
  }
}
