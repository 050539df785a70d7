/** A compiled module, opaque; can be posted to other threads. */
export interface CompiledModule {
  readonly opaque: 'WebAssembly.Module'
}

/** Memory shared by threads. A view of its buffer stays valid when it grows. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer
  /** By so many pages of 65,536 bytes; throws RangeError where there is no more. */
  grow(pages: number): number
}

/** What kernels ask of the thread that they run on: functions by the module that declares them. */
export type KernelImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The part of the WebAssembly JavaScript interface that is used; the compiler's library has it only for browsers. */
interface WebAssemblyInterface {
  validate(bytes: Uint8Array): boolean
  readonly Module: {
    new (bytes: Uint8Array): CompiledModule
    exports(module: CompiledModule): readonly { readonly name: string; readonly kind: string }[]
  }
  readonly Instance: new (
    module: CompiledModule,
    imports: { readonly env: { readonly memory: SharedMemory; readonly abort: () => never } } & KernelImports,
  ) => { readonly exports: Readonly<Record<string, unknown>> }
  readonly Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => SharedMemory
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface }).WebAssembly
