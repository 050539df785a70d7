import { bytesOf, Proto } from './proto.ts'

/** What an attribute of a node may be; `name:i` etc. are told by the kind of the value. */
export type Attribute =
  | { readonly integer: number }
  | { readonly text: string }
  | { readonly integers: ArrayLike<number> }
  | { readonly floats: ArrayLike<number> }
  | { readonly texts: readonly string[] }

/** Element types (TensorProto.DataType). */
const [float, int64, double] = [1, 7, 11]

/** A value of the graph, by name. */
export type Value = string

/** What belongs to a graph beside its nodes. */
export interface GraphNames {
  readonly name: string
  readonly description: string
  readonly metadata: Readonly<Record<string, string>>
}

/** Operators of ai.onnx and ai.onnx.ml that every onnxruntime since 1.10 runs. */
const opset = 15
const mlOpset = 1
const irVersion = 8

/** Builds an ONNX model node by node: `node` returns the name of its output, which later nodes take as input. */
export class OnnxGraph {
  private readonly graph = new Proto()
  private readonly initializers: Proto[] = []
  private count = 0

  node(type: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    return this.add(type, '', { inputs, attributes })
  }

  /** A node of ai.onnx.ml. */
  mlNode(type: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>>): Value {
    return this.add(type, 'ai.onnx.ml', { inputs, attributes })
  }

  /** A constant: a scalar where `shape` is empty. */
  doubles(values: readonly number[] | Float64Array, shape: readonly number[] = []): Value {
    return this.tensor(double, bytesOf(Float64Array.from(values)), shape)
  }

  integers(values: readonly number[], shape: readonly number[] = [values.length]): Value {
    return this.tensor(int64, bytesOf(BigInt64Array.from(values, BigInt)), shape)
  }

  toDouble(value: Value): Value {
    return this.node('Cast', [value], { to: { integer: double } })
  }

  toFloat(value: Value): Value {
    return this.node('Cast', [value], { to: { integer: float } })
  }

  /** Gives `value` the name that readers of the model see. */
  rename(value: Value, name: string): void {
    this.graph.message(1, new Proto().text(1, value).text(2, name).text(4, 'Identity').text(3, `name_${name}`))
  }

  /** The model: one float input of `inputColumns` columns, float outputs of one column, any number of rows. */
  finish(
    { name, description, metadata }: GraphNames,
    { input, inputColumns, outputs }: { input: Value; inputColumns: number; outputs: readonly Value[] },
  ): Uint8Array {
    const graph = this.graph.text(2, name)
    for (const initializer of this.initializers) graph.message(5, initializer)
    graph.text(10, description).message(11, valueInfo(input, inputColumns))
    for (const output of outputs) graph.message(12, valueInfo(output, 1))
    const model = new Proto()
      .integer(1, irVersion)
      .text(2, 'ebb')
      .message(7, graph)
      .message(8, new Proto().text(1, '').integer(2, opset))
      .message(8, new Proto().text(1, 'ai.onnx.ml').integer(2, mlOpset))
    for (const [key, value] of Object.entries(metadata)) model.message(14, new Proto().text(1, key).text(2, value))
    return model.finish()
  }

  private add(
    type: string,
    domain: string,
    { inputs, attributes }: { inputs: readonly Value[]; attributes: Readonly<Record<string, Attribute>> },
  ): Value {
    const output = `${type.toLowerCase()}_${this.count++}`
    const node = new Proto()
    for (const input of inputs) node.text(1, input)
    node.text(2, output).text(3, output).text(4, type)
    for (const [key, value] of Object.entries(attributes)) node.message(5, attribute(key, value))
    if (domain !== '') node.text(7, domain)
    this.graph.message(1, node)
    return output
  }

  private tensor(type: number, bytes: Uint8Array, shape: readonly number[]): Value {
    const name = `constant_${this.initializers.length}`
    const tensor = new Proto().integers(1, shape).integer(2, type).text(8, name).bytes(9, bytes)
    this.initializers.push(tensor)
    return name
  }
}

/** AttributeProto: name, value, type. */
function attribute(name: string, value: Attribute): Proto {
  const proto = new Proto().text(1, name)
  if ('integer' in value) return proto.integer(3, value.integer).integer(20, 2)
  if ('text' in value) return proto.text(4, value.text).integer(20, 3)
  if ('floats' in value) return proto.floats(7, value.floats).integer(20, 6)
  if ('integers' in value) return proto.integers(8, value.integers).integer(20, 7)
  for (const text of value.texts) proto.text(9, text)
  return proto.integer(20, 8)
}

/** A float tensor of any number of rows. */
function valueInfo(name: string, columns: number): Proto {
  const shape = new Proto().message(1, new Proto().text(2, 'rows')).message(1, new Proto().integer(1, columns))
  const type = new Proto().message(1, new Proto().integer(1, float).message(2, shape))
  return new Proto().text(1, name).message(2, type)
}
