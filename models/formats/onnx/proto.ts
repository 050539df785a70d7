/** One message of protocol buffers as it grows: fields in the order in which they are added. */
export class Proto {
  private readonly parts: Uint8Array[] = []

  /** A whole number or enum; negative ones take ten bytes, as in int64. */
  integer(field: number, value: number): this {
    return this.raw(varint((field << 3) | 0), varint(value))
  }

  float(field: number, value: number): this {
    return this.raw(varint((field << 3) | 5), bytesOf(Float32Array.of(value)))
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value))
  }

  bytes(field: number, value: Uint8Array): this {
    return this.raw(varint((field << 3) | 2), varint(value.length), value)
  }

  message(field: number, value: Proto): this {
    return this.bytes(field, value.finish())
  }

  /** Packed. */
  integers(field: number, values: ArrayLike<number>): this {
    return this.bytes(field, concat(Array.from(values, varint)))
  }

  /** Packed. */
  floats(field: number, values: ArrayLike<number>): this {
    return this.bytes(field, bytesOf(Float32Array.from(values)))
  }

  finish(): Uint8Array {
    return concat(this.parts)
  }

  private raw(...parts: Uint8Array[]): this {
    this.parts.push(...parts)
    return this
  }
}

/** The bytes of a typed array, little-endian as on every platform that we run on. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Base 128, lowest first. */
function varint(value: number): Uint8Array {
  if (value >= 0 && value < 128) return Uint8Array.of(value)
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}
