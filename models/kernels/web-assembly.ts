/** A compiled module, opaque; can be posted to other threads. */
export interface CompiledModule {
  readonly opaque: 'WebAssembly.Module'
}

/** Memory shared by threads. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer
}

/** The part of the WebAssembly JavaScript interface that is used; the compiler's library has it only for browsers. */
interface WebAssemblyInterface {
  validate(bytes: Uint8Array): boolean
  readonly Module: {
    new (bytes: Uint8Array): CompiledModule
    exports(module: CompiledModule): readonly { readonly name: string; readonly kind: string }[]
  }
  readonly Instance: new (
    module: CompiledModule,
    imports: {
      readonly env: { readonly memory: SharedMemory; readonly abort: () => never }
      readonly 'is-stopped': { readonly isStopped: () => boolean }
      readonly 'run-chunks': { readonly runChunks: (kernel: number, chunks: number) => void }
    },
  ) => { readonly exports: Readonly<Record<string, unknown>> }
  readonly Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => SharedMemory
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface }).WebAssembly
