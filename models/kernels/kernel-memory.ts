/** Views of kernel memory, all over the same bytes; address a is `f32[a / 4]`, `f64[a / 8]` and so on. */
export interface KernelMemory {
  readonly buffer: ArrayBufferLike
  readonly u8: Uint8Array
  readonly u16: Uint16Array
  readonly i32: Int32Array
  readonly u32: Uint32Array
  readonly f32: Float32Array
  readonly f64: Float64Array
}

export function viewsOf(buffer: ArrayBufferLike): KernelMemory {
  return {
    buffer,
    u8: new Uint8Array(buffer),
    u16: new Uint16Array(buffer),
    i32: new Int32Array(buffer),
    u32: new Uint32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
  }
}
