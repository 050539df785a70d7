import { childrenOf, type BinaryOperator, type Expression, type ValueType } from './expression.ts'
import { TokenReader } from './token-reader.ts'

/** What the grammar asks of types and aggregates; faults name the position of the node. */
export class TypedReader extends TokenReader {
  /** Position of each node, for faults that are found later. */
  private readonly places = new Map<Expression, number>()

  protected binary(by: BinaryOperator, left: Expression, right: Expression): Expression {
    const isLogic = by === 'and' || by === 'or'
    const isNumeric = by === '+' || by === '-' || by === '*' || by === '/'
    if (isLogic || isNumeric)
      for (const side of [left, right])
        this.expectType(
          side,
          isLogic ? 'truth' : 'number',
          isLogic ? `"${by}" joins conditions` : `"${by}" takes numbers`,
        )
    else this.expectAlike(left, right)
    return this.placed(
      { kind: 'binary', by, left, right, type: isNumeric ? 'number' : 'truth' },
      this.places.get(left)!,
    )
  }

  protected opposite(of: Expression, at: number): Expression {
    this.expectType(of, 'truth', '"not" takes a condition')
    return this.placed({ kind: 'not', of, type: 'truth' }, at)
  }

  /** Every column stands inside exactly one aggregate, and there is an aggregate. */
  protected checkAggregates(root: Expression): void {
    let count = 0
    const visit = (node: Expression, isInside: boolean): void => {
      if (node.kind === 'aggregate') {
        if (isInside) throw this.fault(this.places.get(node)!, 'an aggregate inside an aggregate')
        count++
      }
      if (node.kind === 'column' && !isInside)
        throw this.fault(this.places.get(node)!, `column "${node.name}" stands outside of an aggregate`, {
          expected: `e.g. max(${node.name})`,
        })
      for (const child of childrenOf(node)) visit(child, isInside || node.kind === 'aggregate')
    }
    visit(root, false)
    if (count === 0)
      throw this.fault(0, 'nothing is added up over the rows', { expected: 'an aggregate such as count(*)' })
  }

  protected expectDigits(digits: Expression): void {
    const isPlain = digits.kind === 'literal' && Number.isInteger(digits.value) && (digits.value as number) <= 9
    if (!isPlain)
      throw this.fault(this.places.get(digits)!, 'round takes digits as a plain number', { expected: '0 to 9' })
  }

  protected expectType(node: Expression, type: ValueType, what: string): void {
    if (node.type === null || node.type === type) return
    throw this.fault(this.places.get(node)!, what, { expected: named[type], received: named[node.type] })
  }

  protected expectAlike(a: Expression, b: Expression): void {
    if (a.type === null || b.type === null || a.type === b.type) return
    throw this.fault(this.places.get(b)!, `cannot be set beside ${named[a.type]}`, {
      expected: named[a.type],
      received: named[b.type],
    })
  }

  protected placed<T extends Expression>(node: T, at: number): T {
    this.places.set(node, at)
    return node
  }
}

const named: Readonly<Record<ValueType, string>> = { number: 'a number', text: 'a text', truth: 'a condition' }
